{#
  A contract's table is made empty with its declared columns and constraints, then filled; CREATE TABLE AS can declare
  neither. A temporary one is only checked.
#}
{% macro postgres__create_table_as(temporary, relation, sql) -%}
  {%- set contract = config.get('contract') -%}
  {%- set kind = 'temporary ' if temporary else 'unlogged ' if config.get('unlogged', default=false) else '' -%}
  {{ config.get('sql_header', none) or '' }}
  {% if contract.enforced -%}
    {{ get_assert_columns_equivalent(sql) }}
  {%- endif %}
  {% if contract.enforced and not temporary -%}
  create {{ kind }}table {{ relation }}
    {{ get_table_columns_and_constraints() }};
  insert into {{ relation }} (
    {{ adapter.dispatch('get_column_names', 'dbt')() }}
  )
  (
    {{ get_select_subquery(sql) }}
  );
  {%- else -%}
  create {{ kind }}table {{ relation }}
  as
  (
    {{ sql }}
  );
  {%- endif %}
{%- endmacro %}


{% macro postgres__drop_table(relation) -%}
  drop table if exists {{ relation }} cascade
{%- endmacro %}


{% macro postgres__get_rename_table_sql(relation, new_name) -%}
  alter table {{ relation }} rename to {{ new_name }}
{%- endmacro %}


{# Postgres has no CREATE OR REPLACE TABLE: in one transaction, dropping and creating is the same to everyone else. #}
{% macro postgres__get_replace_table_sql(relation, sql) -%}
  {{ get_drop_sql(relation) }};
  {{ get_create_table_as_sql(False, relation, sql) }}
{%- endmacro %}
