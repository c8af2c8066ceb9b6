{% macro duckdb__get_binding_char() %}
  {{ return(adapter.get_binding_char()) }}
{% endmacro %}

{% macro duckdb__get_batch_size() %}
  {{ return(10000) }}
{% endmacro %}


{#
  DuckDB reads the file itself, with the table's types; config `fast: false` sends the rows that dbt has read instead. What the two
  take for null differs: an empty text is null to both, a quoted empty text only to the second.
#}
{% macro duckdb__load_csv_rows(model, agate_table) %}
  {%- if not config.get('fast', true) -%}
    {{ return(default__load_csv_rows(model, agate_table)) }}
  {%- endif -%}
  {%- set path = adapter.get_seed_file_path(model) -%}
  {%- set delimiter = config.get('delimiter', ',') -%}
  {%- set sql -%}
    COPY {{ this.render() }} FROM '{{ adapter.escape_sql_string(path) }}' (FORMAT CSV, HEADER TRUE, DELIMITER '{{ adapter.escape_sql_string(delimiter) }}')
  {%- endset -%}
  {%- do adapter.add_query(sql, abridge_sql_log=True) -%}
  {{ return(sql) }}
{% endmacro %}


{#
  A seed with indexes is made anew, in one transaction: DuckDB counts the keys of rows that the transaction deleted, and would
  refuse the same rows again.
#}
{% macro duckdb__reset_csv_table(model, full_refresh, old_relation, agate_table) %}
  {%- if full_refresh or not config.get('indexes') -%}
    {{ return(default__reset_csv_table(model, full_refresh, old_relation, agate_table)) }}
  {%- endif -%}
  {%- call statement('tdbt_begin', auto_begin=True) -%}
    select 1
  {%- endcall -%}
  {%- do adapter.drop_relation(old_relation) -%}
  {%- set sql = create_csv_table(model, agate_table) -%}
  {%- do create_indexes(this) -%}
  {{ return(sql) }}
{% endmacro %}
