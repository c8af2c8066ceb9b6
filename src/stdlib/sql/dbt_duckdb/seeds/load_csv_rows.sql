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
