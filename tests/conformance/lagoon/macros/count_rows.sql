{% macro count_rows(least) %}
  {%- set found = run_query('select count(*), max(taken_at), list(depth order by depth), max(flag), {\'a\': 1.50, \'b\': [date \'2024-01-01\']}, interval 36 hours from ' ~ ref('readings')) -%}
  {%- if found.rows[0][0] < least -%}
    {%- do exceptions.raise_compiler_error('too few') -%}
  {%- endif -%}
  {%- set relation = adapter.get_relation(target.database, target.schema, 'stations') -%}
  {%- set types = adapter.get_columns_in_relation(ref('station_names')) | map(attribute='data_type') | join(';') -%}
  {%- call statement('counted', auto_begin=True) -%}
    create or replace table audit.counted as
    select $${{ found.rows[0].values() | join('|') }}$$ as told, $${{ relation }}, {{ relation.type }}$$ as relation, $${{ types }}$$ as types,
      $${{ target.path is not none }}, {{ target.external_root }}, {{ adapter.external_root() }}, {{ adapter.is_motherduck() }}$$ as target
  {%- endcall -%}
  {%- do adapter.commit() -%}
{% endmacro %}
