{%- materialization view, default -%}
  {%- set existing_relation = load_cached_relation(this) -%}
  {%- set target_relation = this.incorporate(type='view') -%}
  {%- set plan = tdbt_swap_plan(target_relation, existing_relation) -%}

  {%- if pre_hooks -%}
    {%- do run_hooks(pre_hooks, inside_transaction=False) -%}
  {%- endif -%}
  {%- do tdbt_drop_leftovers(plan) -%}

  {#- The first statement that asks for it begins the transaction: a hook, else the build. -#}
  {%- if pre_hooks -%}
    {%- do run_hooks(pre_hooks, inside_transaction=True) -%}
  {%- endif -%}
  {%- call statement('main') -%}
    {{ get_create_view_as_sql(plan.intermediate, sql) }}
  {%- endcall -%}
  {%- set replaced = tdbt_swap(plan) -%}
  {%- do apply_grants(target_relation, config.get('grants'), should_revoke=should_revoke(existing_relation, full_refresh_mode=True)) -%}
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
