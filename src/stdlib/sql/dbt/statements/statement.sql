{#
  Runs the SQL of its call block and keeps the result under `name` for load_result(). Nothing is run while parsing.
  The statement called `main` is what a node is about: its text goes to target/run.
#}
{%- macro statement(name=None, fetch_result=False, auto_begin=True, language='sql') -%}
  {%- if execute -%}
    {%- set code = caller() -%}
    {%- if name == 'main' -%}
      {%- do log('Writing runtime ' ~ language ~ ' for node "' ~ model['unique_id'] ~ '"') -%}
      {%- do write(code) -%}
    {%- endif -%}

    {%- set table = none -%}
    {%- if language == 'sql' -%}
      {%- if fetch_result -%}
        {%- set response, table = adapter.execute(code, auto_begin=auto_begin, fetch=true) -%}
      {%- else -%}
        {#- Where no rows are wanted nobody needs to wait: the next statement that asks for some comes behind it in the same trip. -#}
        {%- set response, table = adapter.tdbt_send(code, auto_begin=auto_begin) -%}
      {%- endif -%}
    {%- elif language == 'python' -%}
      {%- set response = submit_python_job(model, code) -%}
    {%- else -%}
      {%- do exceptions.raise_compiler_error("A statement runs 'sql' or 'python', not '" ~ language ~ "'") -%}
    {%- endif -%}

    {%- if name is not none -%}
      {%- do store_result(name, response=response, agate_table=table) -%}
    {%- endif -%}
  {%- endif -%}
{%- endmacro %}


{# A statement whose work was done elsewhere: its text is written and its result stored, nothing is sent. #}
{% macro noop_statement(name=None, message=None, code=None, rows_affected=None, res=None) -%}
  {%- set text = caller() -%}
  {%- if name == 'main' -%}
    {%- do log('Writing runtime SQL for node "' ~ model['unique_id'] ~ '"') -%}
    {%- do write(text) -%}
  {%- endif -%}
  {%- if name is not none -%}
    {%- do store_raw_result(name, message=message, code=code, rows_affected=rows_affected, agate_table=res) -%}
  {%- endif -%}
{%- endmacro %}


{# One query, its rows as a table; joins an open transaction, opens none. #}
{% macro run_query(sql) %}
  {%- call statement('run_query_statement', fetch_result=true, auto_begin=false) -%}
    {{ sql }}
  {%- endcall -%}
  {{ return(load_result('run_query_statement').table) }}
{% endmacro %}
