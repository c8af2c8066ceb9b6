{% macro feet(metres, digits=2) -%}
round(({{ metres }} * 3.28084)::numeric, {{ digits }})
{%- endmacro %}

{% macro dbt_value(sql) %}
  {%- if not execute -%}{{ return('0') }}{%- endif -%}
  {%- set result = run_query(sql) -%}
  {{ return(result.columns[0].values()[0]) }}
{% endmacro %}

{# The project's own body for a macro of the package. #}
{% macro default__level(column) -%}
coalesce({{ column }}, 0) + {{ var('depth') }}
{%- endmacro %}

{% macro note_results(results) %}
  {%- for result in results | sort(attribute='node.unique_id') if result.status in ('fail', 'error', 'warn') %}
  insert into {{ target.schema }}.audit values ('{{ result.status }}', '{{ result.node.name }}');
  {%- endfor %}
  {%- if results | length == 0 %}select 1{% endif %}
{% endmacro %}

{% macro tally(schema_name, least=0) %}
  {%- set relations = dbt.get_relations_by_pattern(schema_name, '%') if false else [] -%}
  {%- call statement('tally', fetch_result=true) -%}
    select table_name, table_type from information_schema.tables where table_schema = '{{ schema_name }}' order by 1
  {%- endcall -%}
  {%- set rows = load_result('tally')['data'] -%}
  {%- if rows | length < least -%}{{ exceptions.raise_compiler_error('too few') }}{%- endif -%}
  {%- do run_query("create table if not exists " ~ target.schema ~ ".tally as select " ~ rows | length ~ " as relations") -%}
  {%- for row in rows %}{{ log(row[0] ~ ' ' ~ row[1], info=true) }}{% endfor -%}
{% endmacro %}
