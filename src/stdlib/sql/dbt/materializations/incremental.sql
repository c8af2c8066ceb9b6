{%- materialization incremental, default -%}
  {%- set existing_relation = load_cached_relation(this) -%}
  {%- set target_relation = this.incorporate(type='table') -%}
  {%- set plan = tdbt_swap_plan(target_relation, existing_relation) -%}
  {%- set is_rebuild = should_full_refresh() or (existing_relation is not none and existing_relation.is_view) -%}
  {%- set on_schema_change = incremental_validate_on_schema_change(config.get('on_schema_change'), default='ignore') -%}

  {%- do tdbt_drop_leftovers(plan) -%}
  {%- if pre_hooks -%}
    {%- do run_hooks(pre_hooks, inside_transaction=False) -%}
  {%- endif -%}
  {%- if pre_hooks -%}
    {%- do run_hooks(pre_hooks, inside_transaction=True) -%}
  {%- endif -%}

  {#- Looked up even where nothing is merged yet: an unknown strategy fails on the first run, not on the second. -#}
  {%- set strategy_sql = adapter.get_incremental_strategy_macro(context, config.get('incremental_strategy') or 'default') -%}
  {%- if existing_relation is none -%}
    {%- set build_sql = get_create_table_as_sql(False, target_relation, sql) -%}
  {%- elif is_rebuild -%}
    {%- set build_sql = get_create_table_as_sql(False, plan.intermediate, sql) -%}
  {%- else -%}
    {%- set build_sql = strategy_sql(tdbt_stage_increment(existing_relation, target_relation, on_schema_change)) -%}
  {%- endif -%}

  {%- call statement('main') -%}
    {{ build_sql }}
  {%- endcall -%}

  {%- set replaced = none -%}
  {%- if existing_relation is none -%}
    {%- do create_indexes(target_relation) -%}
  {%- elif is_rebuild -%}
    {%- do create_indexes(plan.intermediate) -%}
    {%- set replaced = tdbt_swap(plan) -%}
  {%- endif -%}

  {%- do apply_grants(target_relation, config.get('grants'), should_revoke=should_revoke(existing_relation, is_rebuild)) -%}
  {%- do persist_docs(target_relation, model) -%}
  {%- if post_hooks -%}
    {%- do run_hooks(post_hooks, inside_transaction=True) -%}
  {%- endif -%}
  {%- do adapter.commit() -%}

  {%- do drop_relation_if_exists(replaced) -%}
  {%- if post_hooks -%}
    {%- do run_hooks(post_hooks, inside_transaction=False) -%}
  {%- endif -%}
  {{ return({'relations': [target_relation]}) }}
{%- endmaterialization -%}


{#
  The model's new rows into a temporary table, and the target's columns brought into line with them. What a strategy takes:
  {target_relation, temp_relation, unique_key, dest_columns, incremental_predicates}. The temporary table begins the
  transaction, so that altered columns are rolled back where the merge fails.
#}
{% macro tdbt_stage_increment(existing_relation, target_relation, on_schema_change) %}
  {%- set temp_relation = make_temp_relation(target_relation) -%}
  {%- call statement('tdbt_stage_increment') -%}
    {{ get_create_table_as_sql(True, temp_relation, sql) }}
  {%- endcall -%}

  {#- A contract fixes the types: then nothing is widened. -#}
  {%- set contract = config.get('contract') -%}
  {%- if not contract or not contract.enforced -%}
    {%- do adapter.expand_target_column_types(from_relation=temp_relation, to_relation=target_relation) -%}
  {%- endif -%}
  {%- set dest_columns = process_schema_changes(on_schema_change, temp_relation, existing_relation) -%}

  {{ return({
    'target_relation': target_relation,
    'temp_relation': temp_relation,
    'unique_key': config.get('unique_key'),
    'dest_columns': dest_columns or adapter.get_columns_in_relation(existing_relation),
    'incremental_predicates': config.get('predicates', none) or config.get('incremental_predicates', none),
  }) }}
{% endmacro %}
