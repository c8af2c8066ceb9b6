{# A user-defined function as a node. Which macro writes it depends on its kind and language: <kind>_function_<language>. #}
{%- materialization function, default, supported_languages=['sql', 'python', 'javascript'] -%}
  {%- set existing_relation = load_cached_relation(this) -%}
  {%- set target_relation = this.incorporate(type=this.Function) -%}
  {%- do run_hooks(pre_hooks) -%}

  {#- By another name: a call of adapter.dispatch is read statically, and the macro's name is known only here. -#}
  {%- set dispatch = adapter.dispatch -%}
  {%- set macro_name = this.get_function_macro_name(this.get_function_config(model)) -%}
  {%- set build_sql = dispatch(macro_name, 'dbt')(target_relation) -%}

  {%- do function_execute_build_sql(build_sql, existing_relation, target_relation) -%}
  {%- do run_hooks(post_hooks) -%}
  {{ return({'relations': [target_relation]}) }}
{%- endmaterialization -%}


{% macro function_execute_build_sql(build_sql, existing_relation, target_relation) %}
  {{ return(adapter.dispatch('function_execute_build_sql', 'dbt')(build_sql, existing_relation, target_relation)) }}
{% endmacro %}

{% macro default__function_execute_build_sql(build_sql, existing_relation, target_relation) %}
  {%- call statement(name='main') -%}
    {{ build_sql }}
  {%- endcall -%}
  {%- do apply_grants(target_relation, config.get('grants'), should_revoke=should_revoke(existing_relation, full_refresh_mode=True)) -%}
  {%- do persist_docs(target_relation, model) -%}
  {%- do adapter.commit() -%}
{% endmacro %}
