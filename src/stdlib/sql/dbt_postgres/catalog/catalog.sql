{# For docs: one row per column of each relation, with comments and owner. A relation without identifier means its whole schema. #}
{% macro postgres__get_catalog_relations(information_schema, relations) %}
  {%- set database = information_schema.database -%}
  {%- do adapter.verify_database(database) -%}
  {%- set wanted = [] -%}
  {%- for relation in relations -%}
    {%- set in_schema = "upper(sch.nspname) = upper('" ~ relation.schema ~ "')" -%}
    {%- do wanted.append('(' ~ in_schema ~ " and upper(tbl.relname) = upper('" ~ relation.identifier ~ "'))" if relation.identifier else in_schema) -%}
  {%- endfor -%}

  {%- call statement('catalog', fetch_result=True) -%}
    select
        '{{ database }}' as table_database,
        sch.nspname as table_schema,
        tbl.relname as table_name,
        case tbl.relkind when 'v' then 'VIEW' when 'm' then 'MATERIALIZED VIEW' else 'BASE TABLE' end as table_type,
        obj_description(tbl.oid, 'pg_class') as table_comment,
        col.attname as column_name,
        col.attnum as column_index,
        pg_catalog.format_type(col.atttypid, col.atttypmod) as column_type,
        col_description(tbl.oid, col.attnum) as column_comment,
        pg_get_userbyid(tbl.relowner) as table_owner
    from pg_catalog.pg_class tbl
    join pg_catalog.pg_namespace sch on sch.oid = tbl.relnamespace
    join pg_catalog.pg_attribute col on col.attrelid = tbl.oid and col.attnum > 0 and not col.attisdropped
    where ({{ wanted | join(' or ') }})
      and tbl.relkind in ('r', 'p', 'f', 'v', 'm')
      and tbl.relpersistence in ('p', 'u')
      and not pg_is_other_temp_schema(sch.oid)
    order by sch.nspname, tbl.relname, col.attnum
  {%- endcall -%}
  {{ return(load_result('catalog').table) }}
{% endmacro %}


{% macro postgres__get_catalog(information_schema, schemas) %}
  {%- set relations = [] -%}
  {%- for schema in schemas -%}
    {%- do relations.append({'schema': schema}) -%}
  {%- endfor -%}
  {{ return(postgres__get_catalog_relations(information_schema, relations)) }}
{% endmacro %}
