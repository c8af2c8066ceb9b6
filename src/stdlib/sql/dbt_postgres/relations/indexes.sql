{# The name is a hash of what is indexed and when, so that an index can be made while its predecessor is still there. #}
{% macro postgres__get_create_index_sql(relation, index_dict) -%}
  {%- set index = adapter.parse_index(index_dict) -%}
  create {{ 'unique ' if index.unique }}index if not exists
  "{{ index.render(relation) }}"
  on {{ relation }} {{ 'using ' ~ index.type if index.type }}
  ({{ index.columns | join(', ') }})
{%- endmacro %}


{% macro postgres__get_drop_index_sql(relation, index_name) -%}
  drop index if exists "{{ relation.schema }}"."{{ index_name }}"
{%- endmacro %}


{# One row per index: name, method, "unique", column_names with commas between. #}
{% macro postgres__get_show_indexes_sql(relation) %}
    select
        idx.relname as name,
        am.amname as method,
        ix.indisunique as "unique",
        array_to_string(array_agg(col.attname), ',') as column_names
    from pg_index ix
    join pg_class idx on idx.oid = ix.indexrelid
    join pg_am am on am.oid = idx.relam
    join pg_class rel on rel.oid = ix.indrelid
    join pg_namespace ns on ns.oid = rel.relnamespace
    join pg_attribute col on col.attrelid = rel.oid and col.attnum = any(ix.indkey)
    where rel.relname = '{{ relation.identifier }}'
      and ns.nspname = '{{ relation.schema }}'
      and rel.relkind in ('r', 'm')
    group by 1, 2, 3
    order by 1, 2, 3
{% endmacro %}
