{# As elsewhere, with what DuckDB asks for, see table.sql. #}
{%- materialization incremental, adapter='duckdb' -%}
  {%- set existing_relation = load_cached_relation(this) -%}
  {%- set target_relation = this.incorporate(type='table') -%}
  {%- set plan = tdbt_swap_plan(target_relation, existing_relation) -%}
  {%- set is_rebuild = should_full_refresh() or (existing_relation is not none and existing_relation.is_view) -%}
  {%- set on_schema_change = incremental_validate_on_schema_change(config.get('on_schema_change'), default='ignore') -%}

  {%- do tdbt_drop_leftovers(plan) -%}
  {%- do run_hooks(pre_hooks, inside_transaction=False) -%}
  {%- do run_hooks(pre_hooks, inside_transaction=True) -%}

  {#- Looked up even where nothing is merged yet: an unknown strategy fails on the first run, not on the second. -#}
  {%- set strategy_sql = adapter.get_incremental_strategy_macro(context, config.get('incremental_strategy') or 'default') -%}
  {%- set dropped, staged, swaps = [], none, false -%}
  {%- if existing_relation is none -%}
    {%- set build_sql = create_table_as(False, target_relation, sql) -%}
  {%- elif is_rebuild and has_foreign_key_constraints(existing_relation) -%}
    {%- set dropped = drop_relation_for_rebuild(existing_relation) -%}
    {%- set build_sql = create_table_as(False, target_relation, sql) -%}
  {%- elif is_rebuild -%}
    {%- set swaps = true -%}
    {%- set build_sql = create_table_as(False, plan.intermediate, sql) -%}
  {%- else -%}
    {%- set staged = tdbt_stage_increment(existing_relation, target_relation, on_schema_change) -%}
    {#-
      DuckDB reads an index of the file when it is first needed, and a DELETE does not need it: keys deleted before that would still
      count when the same transaction inserts them again. This one reads them.
    -#}
    {%- do run_query('insert into ' ~ target_relation ~ ' select * from ' ~ target_relation ~ ' where false') -%}
    {%- set build_sql = strategy_sql(staged) -%}
  {%- endif -%}

  {%- call statement('main') -%}
    {{ build_sql }}
  {%- endcall -%}

  {%- set replaced = tdbt_duckdb_swap(plan) if swaps else none -%}
  {%- do restore_foreign_key_dependents(dropped) -%}
  {%- if existing_relation is none or is_rebuild -%}
    {%- do create_indexes(target_relation) -%}
  {%- endif -%}

  {%- do apply_grants(target_relation, config.get('grants'), should_revoke=should_revoke(existing_relation, is_rebuild)) -%}
  {%- do persist_docs(target_relation, model) -%}
  {%- do run_hooks(post_hooks, inside_transaction=True) -%}
  {%- do adapter.commit() -%}

  {%- do drop_relation_if_exists(replaced) -%}
  {%- if staged is not none -%}
    {%- do adapter.drop_relation(staged.temp_relation) -%}
  {%- endif -%}
  {%- do run_hooks(post_hooks, inside_transaction=False) -%}
  {{ return({'relations': [target_relation]}) }}
{%- endmaterialization -%}
