{# The steps of a seed, each to be overridden on its own. They return the SQL they sent, for target/run. #}

{% macro create_csv_table(model, agate_table) %}
  {{ return(adapter.dispatch('create_csv_table', 'dbt')(model, agate_table)) }}
{% endmacro %}

{# Types are inferred from the text unless config `column_types` names them. #}
{% macro default__create_csv_table(model, agate_table) %}
  {%- set given_types = model['config'].get('column_types', {}) -%}
  {%- set quoting = model['config'].get('quote_columns', none) -%}
  {%- set columns = [] -%}
  {%- for name in agate_table.column_names -%}
    {%- set inferred = adapter.convert_type(agate_table, loop.index0) -%}
    {%- do columns.append(adapter.quote_seed_column(name | string, quoting) ~ ' ' ~ given_types.get(name, inferred)) -%}
  {%- endfor -%}
  {%- set sql = 'create table ' ~ this.render() ~ ' (' ~ columns | join(', ') ~ ')' -%}

  {%- call statement('_') -%}
    {{ sql }}
  {%- endcall -%}
  {{ return(sql) }}
{% endmacro %}


{% macro reset_csv_table(model, full_refresh, old_relation, agate_table) %}
  {{ return(adapter.dispatch('reset_csv_table', 'dbt')(model, full_refresh, old_relation, agate_table)) }}
{% endmacro %}

{# Emptied, so that grants and views over it stay; made anew only by a full refresh, which alone takes new columns. #}
{% macro default__reset_csv_table(model, full_refresh, old_relation, agate_table) %}
  {%- if full_refresh -%}
    {%- do adapter.drop_relation(old_relation) -%}
    {{ return(create_csv_table(model, agate_table)) }}
  {%- endif -%}
  {%- do adapter.truncate_relation(old_relation) -%}
  {{ return('truncate table ' ~ old_relation.render()) }}
{% endmacro %}


{% macro get_csv_sql(create_or_truncate_sql, insert_sql) %}
  {{ return(adapter.dispatch('get_csv_sql', 'dbt')(create_or_truncate_sql, insert_sql)) }}
{% endmacro %}

{% macro default__get_csv_sql(create_or_truncate_sql, insert_sql) %}
    {{ create_or_truncate_sql }};
    -- dbt seed --
    {{ insert_sql }}
{% endmacro %}


{# How a statement marks the place of a value that is sent beside it. #}
{% macro get_binding_char() %}
  {{ return(adapter.dispatch('get_binding_char', 'dbt')()) }}
{% endmacro %}

{% macro default__get_binding_char() %}
  {{ return('%s') }}
{% endmacro %}


{# Rows of one INSERT. #}
{% macro get_batch_size() %}
  {{ return(adapter.dispatch('get_batch_size', 'dbt')()) }}
{% endmacro %}

{% macro default__get_batch_size() %}
  {{ return(10000) }}
{% endmacro %}


{% macro get_seed_column_quoted_csv(model, column_names) %}
  {%- set quoting = model['config'].get('quote_columns', none) -%}
  {%- set quoted = [] -%}
  {%- for name in column_names -%}
    {%- do quoted.append(adapter.quote_seed_column(name, quoting)) -%}
  {%- endfor -%}
  {{ return(quoted | join(', ')) }}
{% endmacro %}


{% macro load_csv_rows(model, agate_table) %}
  {{ return(adapter.dispatch('load_csv_rows', 'dbt')(model, agate_table)) }}
{% endmacro %}

{# INSERTs with bound values, which every engine can do. Only the first text is returned: the rest are alike. #}
{% macro default__load_csv_rows(model, agate_table) %}
  {%- set mark = get_binding_char() -%}
  {%- set row_marks = '(' ~ ([mark] * (agate_table.column_names | length)) | join(',') ~ ')' -%}
  {%- set insert_into = 'insert into ' ~ this.render() ~ ' (' ~ get_seed_column_quoted_csv(model, agate_table.column_names) ~ ') values\n' -%}
  {%- set sent = [] -%}
  {%- for chunk in agate_table.rows | batch(get_batch_size()) -%}
    {%- set values = [] -%}
    {%- for row in chunk -%}
      {%- do values.extend(row) -%}
    {%- endfor -%}
    {%- set sql = insert_into ~ ([row_marks] * (chunk | length)) | join(',') -%}
    {%- do adapter.add_query(sql, bindings=values, abridge_sql_log=True) -%}
    {%- if loop.first -%}
      {%- do sent.append(sql) -%}
    {%- endif -%}
  {%- endfor -%}
  {{ return(sent[0]) }}
{% endmacro %}
