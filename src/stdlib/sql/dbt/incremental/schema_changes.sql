{# An unknown value is not an error: the default is taken and the log says so. #}
{% macro incremental_validate_on_schema_change(on_schema_change, default='ignore') %}
  {%- if on_schema_change in ['sync_all_columns', 'append_new_columns', 'fail', 'ignore'] -%}
    {{ return(on_schema_change) }}
  {%- endif -%}
  {%- do log('Invalid value for on_schema_change (' ~ on_schema_change ~ ') specified. Setting default value of ' ~ default ~ '.') -%}
  {{ return(default) }}
{% endmacro %}


{# {schema_changed, source_not_in_target, target_not_in_source, source_columns, target_columns, new_target_types} #}
{% macro check_for_schema_changes(source_relation, target_relation) %}
  {{ return(adapter.dispatch('check_for_schema_changes', 'dbt')(source_relation, target_relation)) }}
{% endmacro %}

{% macro default__check_for_schema_changes(source_relation, target_relation) %}
  {%- set source_columns = adapter.get_columns_in_relation(source_relation) -%}
  {%- set target_columns = adapter.get_columns_in_relation(target_relation) -%}
  {%- set added = diff_columns(source_columns, target_columns) -%}
  {%- set removed = diff_columns(target_columns, source_columns) -%}
  {%- set retyped = diff_column_data_types(source_columns, target_columns) -%}
  {%- set changed = (added + removed + retyped) | length > 0 -%}

  {%- do log('In ' ~ target_relation ~ ': schema changed: ' ~ changed ~ '; source columns not in target: ' ~ added
    ~ '; target columns not in source: ' ~ removed ~ '; new column types: ' ~ retyped) -%}
  {{ return({
    'schema_changed': changed,
    'source_not_in_target': added,
    'target_not_in_source': removed,
    'source_columns': source_columns,
    'target_columns': target_columns,
    'new_target_types': retyped,
  }) }}
{% endmacro %}


{# Alters the target as `on_schema_change` says: append_new_columns only adds, sync_all_columns also drops and retypes. #}
{% macro sync_column_schemas(on_schema_change, target_relation, schema_changes_dict) %}
  {{ return(adapter.dispatch('sync_column_schemas', 'dbt')(on_schema_change, target_relation, schema_changes_dict)) }}
{% endmacro %}

{% macro default__sync_column_schemas(on_schema_change, target_relation, schema_changes_dict) %}
  {%- set syncs_all = on_schema_change == 'sync_all_columns' -%}
  {%- set added = schema_changes_dict['source_not_in_target'] if syncs_all or on_schema_change == 'append_new_columns' else [] -%}
  {%- set removed = schema_changes_dict['target_not_in_source'] if syncs_all else [] -%}
  {%- set retyped = schema_changes_dict['new_target_types'] if syncs_all else [] -%}

  {%- if added or removed -%}
    {%- do alter_relation_add_remove_columns(target_relation, added, removed or none) -%}
  {%- endif -%}
  {%- for change in retyped -%}
    {%- do alter_column_type(target_relation, change['column_name'], change['new_type']) -%}
  {%- endfor -%}

  {%- do log('In ' ~ target_relation ~ ': schema change approach: ' ~ on_schema_change ~ '; columns added: ' ~ added
    ~ '; columns removed: ' ~ removed ~ '; data types changed: ' ~ retyped) -%}
{% endmacro %}


{#
  Brings the target in line with new rows or fails, as `on_schema_change` says. The columns to insert: those of the new
  rows; empty under `ignore`, where the target's own are meant.
#}
{% macro process_schema_changes(on_schema_change, source_relation, target_relation) %}
  {{ return(adapter.dispatch('process_schema_changes', 'dbt')(on_schema_change, source_relation, target_relation)) }}
{% endmacro %}

{% macro default__process_schema_changes(on_schema_change, source_relation, target_relation) %}
  {%- if on_schema_change == 'ignore' -%}
    {{ return({}) }}
  {%- endif -%}

  {%- set changes = check_for_schema_changes(source_relation, target_relation) -%}
  {#- No column at all is a look-up that failed: taken at its word, it would drop every column of the target. -#}
  {%- if not changes['source_columns'] -%}
    {%- set message = 'Could not read any columns of ' ~ source_relation ~ ' to compare with ' ~ target_relation
      ~ ' (on_schema_change: ' ~ on_schema_change ~ '). This points to a metadata failure, not to a change of schema.' -%}
    {%- if on_schema_change == 'append_new_columns' -%}
      {%- do exceptions.warn(message) -%}
      {{ return(changes['target_columns']) }}
    {%- endif -%}
    {%- do exceptions.raise_compiler_error(message) -%}
  {%- endif -%}
  {%- if changes['schema_changed'] and on_schema_change == 'fail' -%}
    {%- set message %}
The source and target schemas on this incremental model are out of sync!
Ways out: set `on_schema_change` to append_new_columns or sync_all_columns; run once with --full-refresh; or alter the table yourself, then run again.
  Source columns not in target: {{ changes['source_not_in_target'] }}
  Target columns not in source: {{ changes['target_not_in_source'] }}
  New column types: {{ changes['new_target_types'] }}
    {%- endset -%}
    {%- do exceptions.raise_compiler_error(message) -%}
  {%- elif changes['schema_changed'] -%}
    {%- do sync_column_schemas(on_schema_change, target_relation, changes) -%}
  {%- endif -%}
  {{ return(changes['source_columns']) }}
{% endmacro %}
