{#
  What a run finds out about a snapshot: one row per change, `dbt_change_type` saying which.
    insert   a version to add: of a new row, of a changed one, or (hard_deletes: new_record) of one that is gone
    update   a version to close, as its row has changed
    delete   a version to close, as its row is gone (hard_deletes: invalidate, new_record)
  The selects are joined by position, so they list the dbt columns in one order; names are those of the first.
#}
{% macro snapshot_staging_table(strategy, source_sql, target_relation) %}
  {{ return(adapter.dispatch('snapshot_staging_table', 'dbt')(strategy, source_sql, target_relation)) }}
{% endmacro %}

{% macro default__snapshot_staging_table(strategy, source_sql, target_relation) -%}
  {%- set columns = config.get('snapshot_table_column_names') or get_snapshot_table_column_names() -%}
  {%- set keys = unique_key_fields(strategy.unique_key) -%}
  {%- set joined = unique_key_join_on(strategy.unique_key, 'snapshotted_data', 'source_data') -%}
  {%- set updated_at = strategy.updated_at -%}
  {%- set now = snapshot_get_time() -%}
  {%- set closes_deleted = strategy.hard_deletes in ['invalidate', 'new_record'] -%}
  {%- set records_deleted = strategy.hard_deletes == 'new_record' -%}
  {%- set was_deleted = 'snapshotted_data.' ~ columns.dbt_is_deleted ~ " = 'True'" -%}
  {#- A row that comes back after its deletion was recorded is a change, whatever the strategy sees. -#}
  {%- set changed = '(' ~ strategy.row_changed ~ (' or ' ~ was_deleted if records_deleted else '') ~ ')' %}
    with snapshot_query as (

        {{ source_sql }}

    ),

    snapshotted_data as (

        select *, {{ keys }}
        from {{ target_relation }}
        where {{ tdbt_snapshot_is_current(columns.dbt_valid_to) }}

    ),

    insertions_source_data as (

        select *, {{ keys }},
            {{ updated_at }} as {{ columns.dbt_updated_at }},
            {{ updated_at }} as {{ columns.dbt_valid_from }},
            {{ get_dbt_valid_to_current(strategy, columns) }},
            {{ strategy.scd_id }} as {{ columns.dbt_scd_id }}
        from snapshot_query

    ),

    updates_source_data as (

        select *, {{ keys }},
            {{ updated_at }} as {{ columns.dbt_updated_at }},
            {{ updated_at }} as {{ columns.dbt_valid_from }},
            {{ updated_at }} as {{ columns.dbt_valid_to }}
        from snapshot_query

    ),

    insertions as (

        select
            'insert' as dbt_change_type,
            source_data.*
            {{ ", 'False' as " ~ columns.dbt_is_deleted if records_deleted }}
        from insertions_source_data as source_data
        left join snapshotted_data on {{ joined }}
        where {{ unique_key_is_null(strategy.unique_key, 'snapshotted_data') }}
            or ({{ unique_key_is_not_null(strategy.unique_key, 'snapshotted_data') }} and {{ changed }})

    ),

    updates as (

        select
            'update' as dbt_change_type,
            source_data.*,
            snapshotted_data.{{ columns.dbt_scd_id }}
            {{ ', snapshotted_data.' ~ columns.dbt_is_deleted if records_deleted }}
        from updates_source_data as source_data
        join snapshotted_data on {{ joined }}
        where {{ changed }}

    )
    {%- if closes_deleted -%}
    {#- The latest version may record a deletion already: then there is nothing to close and nothing to add. -#}
    {%- set newly_gone -%}
        from snapshotted_data
        left join deletes_source_data as source_data on {{ joined }}
        where {{ unique_key_is_null(strategy.unique_key, 'source_data') }}
            {%- if records_deleted %}
            and not ({{ was_deleted }} and {{ tdbt_snapshot_is_open('snapshotted_data.' ~ columns.dbt_valid_to) }})
            {%- endif -%}
    {%- endset -%},

    deletes_source_data as (

        select *, {{ keys }}
        from snapshot_query

    ),

    deletes as (

        select
            'delete' as dbt_change_type,
            source_data.*,
            {{ now }} as {{ columns.dbt_valid_from }},
            {{ now }} as {{ columns.dbt_updated_at }},
            {{ now }} as {{ columns.dbt_valid_to }},
            snapshotted_data.{{ columns.dbt_scd_id }}
            {{ ', snapshotted_data.' ~ columns.dbt_is_deleted if records_deleted }}
        {{ newly_gone }}

    )
    {%- endif -%}
    {%- if records_deleted -%},

    deletion_records as (

        select
            'insert' as dbt_change_type,
            {{ tdbt_snapshot_last_values(strategy.unique_key, source_sql, target_relation) }},
            {{ now }} as {{ columns.dbt_valid_from }},
            {{ now }} as {{ columns.dbt_updated_at }},
            snapshotted_data.{{ columns.dbt_valid_to }} as {{ columns.dbt_valid_to }},
            {{ snapshot_hash_arguments([columns.dbt_scd_id, now]) }} as {{ columns.dbt_scd_id }},
            'True' as {{ columns.dbt_is_deleted }}
        {{ newly_gone }}

    )
    {%- endif %}

    select * from insertions
    union all
    select * from updates
    {%- if closes_deleted %}
    union all
    select * from deletes
    {%- endif %}
    {%- if records_deleted %}
    union all
    select * from deletion_records
    {%- endif %}
{% endmacro %}


{# Whether a version is the valid one of its row, where config dbt_valid_to_current gives such versions a date instead of null. Versions from before the config are null. #}
{% macro tdbt_snapshot_is_current(valid_to) -%}
  {%- set current = config.get('dbt_valid_to_current') -%}
  {{ '( ' ~ equals(valid_to, current | trim) ~ ' or ' ~ valid_to ~ ' is null )' if current else valid_to ~ ' is null' }}
{%- endmacro %}


{# The same for rows that this config wrote: no nulls. #}
{% macro tdbt_snapshot_is_open(valid_to) -%}
  {%- set current = config.get('dbt_valid_to_current') -%}
  {{ valid_to ~ ' = ' ~ current if current else valid_to ~ ' is null' }}
{%- endmacro %}


{# The columns of the query with the values that the last version of a row has, and its key fields. #}
{% macro tdbt_snapshot_last_values(unique_key, source_sql, target_relation) -%}
  {%- set held = get_list_of_column_names(get_columns_in_relation(target_relation)) -%}
  {%- set values = [] -%}
  {%- for name in get_columns_in_query(source_sql) -%}
    {%- do values.append(('snapshotted_data.' if name in held else 'source_data.') ~ adapter.quote(name)) -%}
  {%- endfor -%}
  {%- if unique_key | is_list -%}
    {%- for key in unique_key -%}
      {%- do values.append('snapshotted_data.' ~ key ~ ' as dbt_unique_key_' ~ loop.index) -%}
    {%- endfor -%}
  {%- else -%}
    {%- do values.append('snapshotted_data.dbt_unique_key as dbt_unique_key') -%}
  {%- endif -%}
  {{ values | join(',\n            ') }}
{%- endmacro %}


{# The first run: every row of the query is valid from now on. #}
{% macro build_snapshot_table(strategy, sql) %}
  {{ return(adapter.dispatch('build_snapshot_table', 'dbt')(strategy, sql)) }}
{% endmacro %}

{% macro default__build_snapshot_table(strategy, sql) -%}
  {%- set columns = config.get('snapshot_table_column_names') or get_snapshot_table_column_names() %}
    select *,
        {{ strategy.scd_id }} as {{ columns.dbt_scd_id }},
        {{ strategy.updated_at }} as {{ columns.dbt_updated_at }},
        {{ strategy.updated_at }} as {{ columns.dbt_valid_from }},
        {{ get_dbt_valid_to_current(strategy, columns) }}
        {{ ", 'False' as " ~ columns.dbt_is_deleted if strategy.hard_deletes == 'new_record' }}
    from (
        {{ sql }}
    ) sbq
{% endmacro %}


{# The changes in a temporary table, which it returns: they are read twice, and must be the same both times. #}
{% macro build_snapshot_staging_table(strategy, sql, target_relation) %}
  {%- set temp_relation = make_temp_relation(target_relation) -%}
  {%- set changes = snapshot_staging_table(strategy, sql, target_relation) -%}
  {%- call statement('build_snapshot_staging_relation') -%}
    {{ create_table_as(True, temp_relation, changes) }}
  {%- endcall -%}
  {{ return(temp_relation) }}
{% endmacro %}


{# An open end of validity in the type of `updated_at`: nullif of a value with itself is a typed null. #}
{% macro get_dbt_valid_to_current(strategy, columns) %}
  coalesce(nullif({{ strategy.updated_at }}, {{ strategy.updated_at }}), {{ config.get('dbt_valid_to_current') or 'null' }})
  as {{ columns.dbt_valid_to }}
{% endmacro %}
