{% macro current_timestamp() %}
  {{ return(adapter.dispatch('current_timestamp', 'dbt')()) }}
{% endmacro %}

{% macro default__current_timestamp() %}
  {%- do exceptions.raise_not_implemented('current_timestamp macro not implemented for adapter ' ~ adapter.type()) -%}
{% endmacro %}


{# The time of a snapshot, in the type its validity columns have. #}
{% macro snapshot_get_time() %}
  {{ return(adapter.dispatch('snapshot_get_time', 'dbt')()) }}
{% endmacro %}

{% macro default__snapshot_get_time() %}
    {{ current_timestamp() }}
{% endmacro %}


{% macro get_snapshot_get_time_data_type() %}
  {%- set columns = get_column_schema_from_query('select ' ~ snapshot_get_time() ~ ' as dbt_snapshot_time') -%}
  {{ return(columns[0].dtype or none) }}
{% endmacro %}


{#
  Deprecated: what dbt_utils.current_timestamp once gave, which differs between engines. Kept for projects that wrote
  into tables with it; new ones use current_timestamp.
#}
{% macro current_timestamp_backcompat() %}
  {{ return(adapter.dispatch('current_timestamp_backcompat', 'dbt')()) }}
{% endmacro %}

{% macro default__current_timestamp_backcompat() %}
    current_timestamp::timestamp
{% endmacro %}


{% macro current_timestamp_in_utc_backcompat() %}
  {{ return(adapter.dispatch('current_timestamp_in_utc_backcompat', 'dbt')()) }}
{% endmacro %}

{% macro default__current_timestamp_in_utc_backcompat() %}
  {{ return(adapter.dispatch('current_timestamp_backcompat', 'dbt')()) }}
{% endmacro %}
