{#
  The history of a query's rows: each version with the time it was valid. The first run makes the table; every later one
  stages what changed, then closes old versions and adds new ones, all in one transaction.
#}
{%- materialization snapshot, default -%}
  {%- set target_relation_exists, target_relation = get_or_create_relation(
    database=model.database, schema=model.schema, identifier=model.get('alias', model.get('name')), type='table') -%}
  {%- if not target_relation.is_table -%}
    {%- do exceptions.relation_wrong_type(target_relation, 'table') -%}
  {%- endif -%}

  {%- do run_hooks(pre_hooks, inside_transaction=False) -%}
  {%- do run_hooks(pre_hooks, inside_transaction=True) -%}

  {%- set strategy = strategy_dispatch(config.get('strategy'))(model, 'snapshotted_data', 'source_data', model['config'], target_relation_exists) -%}
  {%- if target_relation_exists -%}
    {%- set columns = config.get('snapshot_table_column_names') or get_snapshot_table_column_names() -%}
    {%- do adapter.assert_valid_snapshot_target_given_strategy(target_relation, columns, strategy) -%}
    {%- set staging_table = build_snapshot_staging_table(strategy, sql, target_relation) -%}
    {%- set versions_sql = 'select * from ' ~ staging_table -%}
    {%- set main_sql = tdbt_snapshot_merge(strategy, staging_table, target_relation) -%}
  {%- else -%}
    {%- set versions_sql = build_snapshot_table(strategy, model['compiled_code']) -%}
    {%- set main_sql = create_table_as(False, target_relation, versions_sql) -%}
  {%- endif -%}
  {%- do check_time_data_types(versions_sql) -%}

  {%- call statement('main') -%}
    {{ main_sql }}
  {%- endcall -%}

  {%- do apply_grants(target_relation, config.get('grants'), should_revoke=should_revoke(target_relation_exists, full_refresh_mode=False)) -%}
  {%- do persist_docs(target_relation, model) -%}
  {%- if not target_relation_exists -%}
    {%- do create_indexes(target_relation) -%}
  {%- endif -%}
  {%- do run_hooks(post_hooks, inside_transaction=True) -%}
  {%- do adapter.commit() -%}

  {%- if staging_table is defined -%}
    {%- do post_snapshot(staging_table) -%}
  {%- endif -%}
  {%- do run_hooks(post_hooks, inside_transaction=False) -%}
  {{ return({'relations': [target_relation]}) }}
{%- endmaterialization -%}


{# Brings the snapshot's columns in line with the staged changes; returns the SQL that applies these. #}
{% macro tdbt_snapshot_merge(strategy, staging_table, target_relation) %}
  {%- do adapter.expand_target_column_types(from_relation=staging_table, to_relation=target_relation) -%}

  {%- set staging_only = ['dbt_change_type', 'dbt_unique_key'] -%}
  {%- if strategy.unique_key | is_list -%}
    {%- for key in strategy.unique_key -%}
      {%- do staging_only.append('dbt_unique_key_' ~ loop.index) -%}
    {%- endfor -%}
  {%- endif -%}
  {%- set staging_only = staging_only + staging_only | map('upper') | list -%}

  {%- set missing = adapter.get_missing_columns(staging_table, target_relation) | rejectattr('name', 'in', staging_only) | list -%}
  {%- do create_columns(target_relation, missing) -%}

  {%- set inserted = [] -%}
  {%- for column in adapter.get_columns_in_relation(staging_table) if column.name not in staging_only -%}
    {%- do inserted.append(adapter.quote(column.name)) -%}
  {%- endfor -%}
  {{ return(snapshot_merge_sql(target=target_relation, source=staging_table, insert_cols=inserted)) }}
{% endmacro %}
