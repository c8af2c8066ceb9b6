{#
  Runs those hooks that belong on the asked side of the transaction. Hooks outside need none to be open, so the first of
  them ends whatever an earlier statement began. A hook that renders to nothing is not sent.
#}
{% macro run_hooks(hooks, inside_transaction=True) %}
  {%- for hook in hooks | selectattr('transaction', 'equalto', inside_transaction) -%}
    {%- if loop.first and not inside_transaction -%}
      {%- call statement(auto_begin=false) -%}
        commit;
      {%- endcall -%}
    {%- endif -%}
    {%- set sql = render(hook.get('sql')) | trim -%}
    {%- if sql -%}
      {%- call statement(auto_begin=inside_transaction) -%}
        {{ sql }}
      {%- endcall -%}
    {%- endif -%}
  {%- endfor -%}
{% endmacro %}


{# The JSON form in which a hook says on which side of the transaction it runs. #}
{% macro make_hook_config(sql, inside_transaction) %}
  {{- tojson({'sql': sql, 'transaction': inside_transaction}) -}}
{% endmacro %}


{% macro before_begin(sql) %}
  {{- make_hook_config(sql, inside_transaction=false) -}}
{% endmacro %}


{% macro in_transaction(sql) %}
  {{- make_hook_config(sql, inside_transaction=true) -}}
{% endmacro %}


{% macro after_commit(sql) %}
  {{- make_hook_config(sql, inside_transaction=false) -}}
{% endmacro %}
