{% macro duckdb__get_incremental_merge_sql(args_dict) %}
  {{ return(duckdb__get_merge_sql(
    args_dict['target_relation'],
    args_dict['temp_relation'],
    args_dict['unique_key'],
    args_dict['dest_columns'],
    args_dict.get('incremental_predicates'))) }}
{% endmacro %}


{#
  MERGE with what dbt-duckdb's configs say of it: conditions, columns, expressions, whole lists of clauses, RETURNING. Without any:
  matched rows are updated by name, the others inserted by name.
#}
{% macro duckdb__get_merge_sql(target, source, unique_key, dest_columns, incremental_predicates=none) -%}
  {%- do validate_merge_config(config, target) -%}
  {%- set defaults = merge_clause_defaults(
    config.get('merge_update_condition', none),
    config.get('merge_insert_condition', none),
    config.get('merge_update_columns', []),
    config.get('merge_exclude_columns', []),
    config.get('merge_update_set_expressions', {})) -%}
  {%- set explicit = config.get('merge_update_columns', []) or config.get('merge_exclude_columns', []) or config.get('merge_update_set_expressions', {}) -%}
  {%- set clauses = config.get('merge_clauses', {}) -%}
  {%- set matched = clauses.get('when_matched', [defaults.when_matched_update_explicit if explicit else defaults.when_matched_update_by_name]) -%}
  {%- set not_matched = clauses.get('when_not_matched', [defaults.when_not_matched_insert_by_name]) -%}
  {%- set returning = config.get('merge_returning_columns', []) -%}

    {{ config.get('sql_header', none) or '' }}

    MERGE INTO {{ target }} AS DBT_INTERNAL_DEST
        USING {{ source }} AS DBT_INTERNAL_SOURCE
        {{ duckdb__merge_join_clause(unique_key, config.get('merge_on_using_columns', []), normalize_incremental_predicates(incremental_predicates)) }}
    {%- for clause in matched %}
    WHEN MATCHED{{ tdbt_duckdb_merge_condition(clause) }} THEN
        {{ tdbt_duckdb_merge_update(clause, dest_columns) if clause.get('action') == 'update' else tdbt_duckdb_merge_action(clause) }}
    {%- endfor %}
    {%- for clause in not_matched %}
    WHEN NOT MATCHED{{ ' BY ' ~ clause.get('by') | upper if clause.get('by') }}{{ tdbt_duckdb_merge_condition(clause) }} THEN
        {{ tdbt_duckdb_merge_action(clause) }}
    {%- endfor %}
    {%- if returning %}
    RETURNING {{ returning if returning is string else returning | join(', ') }}
    {%- endif %}
{% endmacro %}


{% macro merge_clause_defaults(merge_update_condition, merge_insert_condition, merge_update_columns=[], merge_exclude_columns=[], merge_update_set_expressions={}) %}
  {%- set update = {'action': 'update', 'condition': merge_update_condition} -%}
  {{ return({
    'when_matched_update_by_name': dict(update, mode='by_name'),
    'when_matched_update_explicit': dict(update, mode='explicit', update={
      'include': merge_update_columns,
      'exclude': merge_exclude_columns,
      'set_expressions': merge_update_set_expressions,
    }),
    'when_not_matched_insert_by_name': {'action': 'insert', 'condition': merge_insert_condition, 'mode': 'by_name'},
  }) }}
{% endmacro %}


{% macro duckdb__merge_join_clause(unique_key, merge_on_using_columns, incremental_predicates) -%}
  {%- set conditions = [] -%}
  {%- if merge_on_using_columns -%}
    USING ({{ merge_on_using_columns | join(', ') }})
  {%- elif not unique_key -%}
    {%- do conditions.append('FALSE') -%}
  {%- else -%}
    {%- for key in ([unique_key] if unique_key is string else unique_key) -%}
      {%- do conditions.append('DBT_INTERNAL_SOURCE.' ~ key ~ ' = DBT_INTERNAL_DEST.' ~ key) -%}
    {%- endfor -%}
  {%- endif -%}
  {%- set conditions = conditions + (incremental_predicates or []) -%}
  {%- if conditions %}
        ON ({{ conditions | join(') AND (') }})
  {%- endif -%}
{%- endmacro %}


{% macro tdbt_duckdb_merge_condition(clause) -%}
  {%- set condition = clause.get('condition') -%}
  {%- if condition %} AND {{ condition if condition is string else '(' ~ condition | join(') AND (') ~ ')' }}{% endif -%}
{%- endmacro %}


{% macro tdbt_duckdb_merge_update(clause, dest_columns) -%}
  {%- set mode = clause.get('mode') -%}
  {%- if mode == 'by_position' -%}
    UPDATE BY POSITION
  {%- elif mode == 'star' -%}
    UPDATE SET *
  {%- elif mode == 'explicit' -%}
    {%- set update = clause.get('update', {}) -%}
    {%- set expressions = update.get('set_expressions', {}) -%}
    {%- set assignments = [] -%}
    {%- for column, expression in expressions.items() -%}
      {%- do assignments.append(column ~ ' = ' ~ expression) -%}
    {%- endfor -%}
    {%- for column in get_merge_update_columns(update.get('include', []), update.get('exclude', []), dest_columns) -%}
      {%- if column | replace('"', '') | replace("'", '') not in expressions -%}
        {%- do assignments.append(column ~ ' = DBT_INTERNAL_SOURCE.' ~ column) -%}
      {%- endif -%}
    {%- endfor -%}
    UPDATE SET {{ assignments | join(', ') }}
  {%- else -%}
    UPDATE BY NAME
  {%- endif -%}
{%- endmacro %}


{# What a clause does apart from updating by columns. #}
{% macro tdbt_duckdb_merge_action(clause) -%}
  {%- set action = clause.get('action') -%}
  {%- if action == 'update' -%}
    {%- set assignments = [] -%}
    {%- for column, expression in clause.get('set_expressions', {}).items() -%}
      {%- do assignments.append(column ~ ' = ' ~ expression) -%}
    {%- endfor -%}
    UPDATE SET {{ assignments | join(', ') }}
  {%- elif action == 'delete' -%}
    DELETE
  {%- elif action == 'do_nothing' -%}
    DO NOTHING
  {%- elif action == 'error' -%}
    ERROR{{ " '" ~ clause.get('error_message') | replace("'", "''") ~ "'" if clause.get('error_message') }}
  {%- elif action == 'insert' and clause.get('mode') == 'by_position' -%}
    INSERT BY POSITION
  {%- elif action == 'insert' and clause.get('mode') == 'star' -%}
    INSERT *
  {%- elif action == 'insert' and clause.get('mode') == 'explicit' -%}
    {%- set insert = clause.get('insert', {}) -%}
    INSERT ({{ insert.get('columns', []) | join(', ') }}) VALUES ({{ insert.get('values', []) | join(', ') }})
  {%- elif action == 'insert' -%}
    INSERT BY NAME
  {%- endif -%}
{%- endmacro %}
