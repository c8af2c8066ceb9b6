{% macro postgres__drop_view(relation) -%}
  drop view if exists {{ relation }} cascade
{%- endmacro %}


{% macro postgres__get_rename_view_sql(relation, new_name) -%}
  alter view {{ relation }} rename to {{ new_name }}
{%- endmacro %}


{# Only for columns that stay or are added at the end; anything else is an error of the server. #}
{% macro postgres__get_replace_view_sql(relation, sql) -%}
  {%- set contract = config.get('contract') -%}
  {{ config.get('sql_header', none) or '' }}
  {{ get_assert_columns_equivalent(sql) if contract.enforced }}
  create or replace view {{ relation }}
  as (
    {{ sql }}
  );
{%- endmacro %}
