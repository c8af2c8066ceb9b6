{%- materialization table, default -%}
  {%- set existing_relation = load_cached_relation(this) -%}
  {%- set target_relation = this.incorporate(type='table') -%}
  {%- set plan = tdbt_swap_plan(target_relation, existing_relation) -%}

  {%- do tdbt_drop_leftovers(plan) -%}
  {%- if pre_hooks -%}
    {%- do run_hooks(pre_hooks, inside_transaction=False) -%}
  {%- endif -%}

  {#- The first statement that asks for it begins the transaction: a hook, else the build. -#}
  {%- if pre_hooks -%}
    {%- do run_hooks(pre_hooks, inside_transaction=True) -%}
  {%- endif -%}
  {%- call statement('main') -%}
    {{ get_create_table_as_sql(False, plan.intermediate, sql) }}
  {%- endcall -%}
  {%- do create_indexes(plan.intermediate) -%}
  {%- set replaced = tdbt_swap(plan) -%}
  {%- if post_hooks -%}
    {%- do run_hooks(post_hooks, inside_transaction=True) -%}
  {%- endif -%}
  {%- do apply_grants(target_relation, config.get('grants'), should_revoke=should_revoke(replaced, full_refresh_mode=True)) -%}
  {%- do persist_docs(target_relation, model) -%}
  {%- do adapter.commit() -%}

  {#- After the commit, as views over the old table go with it: they have been readable until now. -#}
  {%- do drop_relation_if_exists(replaced) -%}
  {%- if post_hooks -%}
    {%- do run_hooks(post_hooks, inside_transaction=False) -%}
  {%- endif -%}
  {{ return({'relations': [target_relation]}) }}
{%- endmaterialization -%}
