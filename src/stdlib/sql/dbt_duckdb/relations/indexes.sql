{% macro duckdb__get_create_index_sql(relation, index_dict) -%}
  {%- set index = adapter.parse_index(index_dict) -%}
  create {{ 'unique ' if index.unique }}index "{{ index.render(relation) }}" on {{ relation }} ({{ index.columns | join(', ') }});
{%- endmacro %}


{# A table with indexes cannot be renamed. Reads begin no transaction of their own, so this may stand behind a commit. #}
{% macro drop_indexes_on_relation(relation) %}
  {%- call statement('get_indexes_on_relation', fetch_result=True, auto_begin=False) -%}
    select index_name
    from duckdb_indexes()
    where lower(database_name) = lower('{{ relation.database }}')
      and lower(schema_name) = lower('{{ relation.schema }}')
      and lower(table_name) = lower('{{ relation.identifier }}')
  {%- endcall -%}
  {%- for row in load_result('get_indexes_on_relation').table.rows -%}
    {%- call statement('drop_index_' ~ loop.index, auto_begin=False) -%}
      drop index {{ relation.include(identifier=False) }}.{{ adapter.quote(row[0]) }}
    {%- endcall -%}
  {%- endfor -%}
{% endmacro %}
