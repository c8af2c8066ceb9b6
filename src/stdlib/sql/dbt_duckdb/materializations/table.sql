{#
  As elsewhere, with what DuckDB asks for: a table with indexes cannot be renamed, so its indexes go before and come after; a
  table with foreign keys must keep the name it was made under, so it is built in place.
#}
{%- materialization table, adapter='duckdb' -%}
  {%- set existing_relation = load_cached_relation(this) -%}
  {%- set target_relation = this.incorporate(type='table') -%}
  {%- set plan = tdbt_swap_plan(target_relation, existing_relation) -%}
  {%- set in_place = has_foreign_key_constraints(existing_relation) -%}

  {%- do tdbt_drop_leftovers(plan) -%}
  {%- do run_hooks(pre_hooks, inside_transaction=False) -%}
  {%- do run_hooks(pre_hooks, inside_transaction=True) -%}

  {%- set dropped, replaced = [], none -%}
  {%- if in_place -%}
    {%- set dropped = drop_relation_for_rebuild(existing_relation) if existing_relation is not none else [] -%}
    {%- call statement('main') -%}
      {{ create_table_as(False, target_relation, sql) }}
    {%- endcall -%}
    {%- do restore_foreign_key_dependents(dropped) -%}
  {%- else -%}
    {%- call statement('main') -%}
      {{ create_table_as(False, plan.intermediate, sql) }}
    {%- endcall -%}
    {%- set replaced = tdbt_duckdb_swap(plan) -%}
  {%- endif -%}
  {%- do create_indexes(target_relation) -%}

  {%- do run_hooks(post_hooks, inside_transaction=True) -%}
  {%- do apply_grants(target_relation, config.get('grants'), should_revoke=should_revoke(existing_relation, full_refresh_mode=True)) -%}
  {%- do persist_docs(target_relation, model) -%}
  {%- do adapter.commit() -%}

  {%- do drop_relation_if_exists(replaced) -%}
  {%- do run_hooks(post_hooks, inside_transaction=False) -%}
  {{ return({'relations': [target_relation]}) }}
{%- endmaterialization -%}


{# In the transaction: the new one in the old one's place, free of what would not let it be renamed. The old one under its backup name, or none. #}
{% macro tdbt_duckdb_swap(plan) %}
  {%- set existing = none if plan.existing is none else load_cached_relation(plan.existing) -%}
  {%- set dropped = [] -%}
  {%- if existing is not none and existing.is_table -%}
    {%- do drop_indexes_on_relation(existing) -%}
    {%- if may_be_foreign_key_target(existing) -%}
      {%- set dropped = drop_foreign_key_dependents(existing) -%}
    {%- endif -%}
  {%- endif -%}
  {%- set replaced = tdbt_swap(plan) -%}
  {%- do restore_foreign_key_dependents(dropped) -%}
  {{ return(replaced) }}
{% endmacro %}
