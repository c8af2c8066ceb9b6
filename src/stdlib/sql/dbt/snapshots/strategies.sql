{#
  A strategy says when a row has changed: the macro snapshot_<name>_strategy, in a package where the name is dotted. It gives
  {unique_key, updated_at, row_changed, scd_id, invalidate_hard_deletes, hard_deletes}, SQL expressions over the two aliases
  that it is given. Projects add strategies by adding macros.
#}
{% macro strategy_dispatch(name) %}
  {%- set package_name, short_name = name.split('.', 1) if '.' in name else (none, name) -%}
  {%- if package_name is not none and package_name not in context -%}
    {%- do exceptions.raise_compiler_error("Could not find package '" ~ package_name ~ "', called with '" ~ name ~ "'") -%}
  {%- endif -%}
  {%- set namespace_of = context if package_name is none else context[package_name] -%}
  {%- set macro_name = 'snapshot_' ~ short_name ~ '_strategy' -%}
  {%- if macro_name not in namespace_of -%}
    {%- do exceptions.raise_compiler_error("The specified strategy macro '" ~ short_name ~ "' was not found in package '" ~ package_name ~ "'") -%}
  {%- endif -%}
  {{ return(namespace_of[macro_name]) }}
{% endmacro %}


{# One hash over several expressions; nulls count as empty text. #}
{% macro snapshot_hash_arguments(args) %}
  {{ return(adapter.dispatch('snapshot_hash_arguments', 'dbt')(args)) }}
{% endmacro %}

{% macro default__snapshot_hash_arguments(args) -%}
  {%- set texts = [] -%}
  {%- for arg in args -%}
    {%- do texts.append('coalesce(cast(' ~ arg ~ " as varchar ), '')") -%}
  {%- endfor -%}
  md5({{ texts | join(" || '|' || ") }})
{%- endmacro %}


{#
  By a column that grows with every change. It is held against dbt's own valid_from and not against the same column of the
  snapshot, which has none where the strategy was another before.
#}
{% macro snapshot_timestamp_strategy(node, snapshotted_rel, current_rel, model_config, target_exists) %}
  {%- set columns = config.get('snapshot_table_column_names') or get_snapshot_table_column_names() -%}
  {%- set row_changed = '(' ~ snapshotted_rel ~ '.' ~ columns.dbt_valid_from ~ ' < ' ~ current_rel ~ '.' ~ config.get('updated_at') ~ ')' -%}
  {{ return(tdbt_snapshot_strategy(config.get('updated_at'), row_changed)) }}
{% endmacro %}


{# By comparing columns; null and a value differ, null and null do not. A new column among those checked changes every row. #}
{% macro snapshot_check_strategy(node, snapshotted_rel, current_rel, model_config, target_exists) %}
  {%- set column_added, checked = snapshot_check_all_get_existing_columns(node, target_exists, config.get('check_cols')) -%}
  {%- set differences = [get_true_sql()] if column_added else [] -%}
  {%- for column in (checked if not column_added else []) -%}
    {%- set old, new = snapshotted_rel ~ '.' ~ column, current_rel ~ '.' ~ column -%}
    {%- do differences.append(old ~ ' != ' ~ new ~ ' or ((' ~ old ~ ' is null) and not (' ~ new ~ ' is null))'
      ~ ' or ((not ' ~ old ~ ' is null) and (' ~ new ~ ' is null))') -%}
  {%- endfor -%}
  {%- set row_changed = '(' ~ differences | join('\n      or ') ~ ')' -%}
  {{ return(tdbt_snapshot_strategy(config.get('updated_at') or snapshot_get_time(), row_changed)) }}
{% endmacro %}


{# What both strategies give. #}
{% macro tdbt_snapshot_strategy(updated_at, row_changed) %}
  {%- set hard_deletes = adapter.get_hard_deletes_behavior(config) -%}
  {{ return({
    'unique_key': config.get('unique_key'),
    'updated_at': updated_at,
    'row_changed': row_changed,
    'scd_id': snapshot_hash_arguments(api.Relation.scd_args(config.get('unique_key'), updated_at)),
    'invalidate_hard_deletes': hard_deletes == 'invalidate',
    'hard_deletes': hard_deletes,
  }) }}
{% endmacro %}


{# (whether a checked column is new to the snapshot, those it has, quoted). Names come from the engine, in its own case. #}
{% macro snapshot_check_all_get_existing_columns(node, target_exists, check_cols_config) %}
  {%- if not target_exists -%}
    {{ return((false, [])) }}
  {%- endif -%}

  {%- if check_cols_config == 'all' -%}
    {%- set checked = get_columns_in_query(node['compiled_code']) -%}
  {%- elif check_cols_config is not string and check_cols_config is iterable and check_cols_config | length > 0 -%}
    {#- Line breaks around the query: it may end in a comment. -#}
    {%- set checked = get_columns_in_query('select ' ~ check_cols_config | join(', ') ~ ' from (\n' ~ node['compiled_code'] ~ '\n) subq') -%}
  {%- else -%}
    {%- do exceptions.raise_compiler_error("Invalid value for 'check_cols': " ~ check_cols_config) -%}
  {%- endif -%}

  {%- set target_relation = adapter.get_relation(database=node.database, schema=node.schema, identifier=node.alias) -%}
  {%- set held = adapter.get_columns_in_relation(target_relation) | map(attribute='name') | list -%}
  {%- set common = [] -%}
  {%- for column in checked if column in held -%}
    {%- do common.append(adapter.quote(column)) -%}
  {%- endfor -%}
  {{ return((common | length < checked | length, common)) }}
{% endmacro %}


{# A time of Python as an SQL literal. #}
{% macro snapshot_string_as_time(timestamp) %}
  {{ return(adapter.dispatch('snapshot_string_as_time', 'dbt')(timestamp)) }}
{% endmacro %}

{% macro default__snapshot_string_as_time(timestamp) %}
  {%- do exceptions.raise_not_implemented('snapshot_string_as_time macro not implemented for adapter ' ~ adapter.type()) -%}
{% endmacro %}
