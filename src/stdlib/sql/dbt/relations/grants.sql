{#
  Whether a replaced relation may come with the grants of the one before it. True costs a look at what is granted; false,
  where the engine's replacement starts bare, goes straight to granting.
#}
{% macro copy_grants() %}
  {{ return(adapter.dispatch('copy_grants', 'dbt')()) }}
{% endmacro %}

{% macro default__copy_grants() %}
  {{ return(True) }}
{% endmacro %}


{# Whether one statement may name several grantees. #}
{% macro support_multiple_grantees_per_dcl_statement() %}
  {{ return(adapter.dispatch('support_multiple_grantees_per_dcl_statement', 'dbt')()) }}
{% endmacro %}

{% macro default__support_multiple_grantees_per_dcl_statement() %}
  {{ return(True) }}
{% endmacro %}


{# Whether there may be grants to take back: never on a new relation, always on one that was only added to. #}
{% macro should_revoke(existing_relation, full_refresh_mode=True) %}
  {%- if not existing_relation -%}
    {{ return(False) }}
  {%- endif -%}
  {{ return(copy_grants() if full_refresh_mode else True) }}
{% endmacro %}


{% macro get_show_grant_sql(relation) %}
  {{ return(adapter.dispatch('get_show_grant_sql', 'dbt')(relation)) }}
{% endmacro %}

{% macro default__get_show_grant_sql(relation) -%}
  show grants on {{ relation.render() }}
{%- endmacro %}


{% macro get_grant_sql(relation, privilege, grantees) %}
  {{ return(adapter.dispatch('get_grant_sql', 'dbt')(relation, privilege, grantees)) }}
{% endmacro %}

{% macro default__get_grant_sql(relation, privilege, grantees) -%}
  grant {{ privilege }} on {{ relation.render() }} to {{ grantees | join(', ') }}
{%- endmacro %}


{% macro get_revoke_sql(relation, privilege, grantees) %}
  {{ return(adapter.dispatch('get_revoke_sql', 'dbt')(relation, privilege, grantees)) }}
{% endmacro %}

{# Quoted, unlike grantees to grant to: these names come from the database, as they are. #}
{% macro default__get_revoke_sql(relation, privilege, grantees) -%}
  {%- set quoted = [] -%}
  {%- for grantee in grantees -%}
    {%- do quoted.append(adapter.quote(grantee)) -%}
  {%- endfor -%}
  revoke {{ privilege }} on {{ relation.render() }} from {{ quoted | join(', ') }}
{%- endmacro %}


{# {privilege: [grantees]} → one statement per privilege, or per pair where the engine asks for it. `get_dcl_macro` words them. #}
{% macro get_dcl_statement_list(relation, grant_config, get_dcl_macro) %}
  {{ return(adapter.dispatch('get_dcl_statement_list', 'dbt')(relation, grant_config, get_dcl_macro)) }}
{% endmacro %}

{% macro default__get_dcl_statement_list(relation, grant_config, get_dcl_macro) %}
  {%- set together = support_multiple_grantees_per_dcl_statement() -%}
  {%- set statements = [] -%}
  {%- for privilege, grantees in grant_config.items() if grantees -%}
    {%- for group in ([grantees] if together else grantees | batch(1)) -%}
      {%- do statements.append(get_dcl_macro(relation, privilege, group)) -%}
    {%- endfor -%}
  {%- endfor -%}
  {{ return(statements) }}
{% endmacro %}


{% macro call_dcl_statements(dcl_statement_list) %}
  {{ return(adapter.dispatch('call_dcl_statements', 'dbt')(dcl_statement_list)) }}
{% endmacro %}

{% macro default__call_dcl_statements(dcl_statement_list) %}
  {%- call statement('grants') -%}
    {%- for sql in dcl_statement_list %}
    {{ sql }};
    {%- endfor -%}
  {%- endcall -%}
{% endmacro %}


{# Brings the relation's grants to what `grant_config` says, without sending what already holds. #}
{% macro apply_grants(relation, grant_config, should_revoke) %}
  {{ return(adapter.dispatch('apply_grants', 'dbt')(relation, grant_config, should_revoke)) }}
{% endmacro %}

{% macro default__apply_grants(relation, grant_config, should_revoke=True) %}
  {%- if grant_config -%}
    {%- set missing, surplus = grant_config, {} -%}
    {%- if should_revoke -%}
      {%- set held = adapter.standardize_grants_dict(run_query(get_show_grant_sql(relation))) -%}
      {%- set missing = diff_of_two_dicts(grant_config, held) -%}
      {%- set surplus = diff_of_two_dicts(held, grant_config) -%}
    {%- endif -%}

    {%- if missing or surplus -%}
      {%- set statements = get_dcl_statement_list(relation, surplus, get_revoke_sql) + get_dcl_statement_list(relation, missing, get_grant_sql) -%}
      {%- if statements -%}
        {%- do call_dcl_statements(statements) -%}
      {%- endif -%}
    {%- else -%}
      {%- do log('On ' ~ relation.render() ~ ': All grants are in place, no revocation or granting needed.') -%}
    {%- endif -%}
  {%- endif -%}
{% endmacro %}
