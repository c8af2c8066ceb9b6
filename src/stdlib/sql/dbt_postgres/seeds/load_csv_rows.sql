{#
  By COPY from the file's own cells, where the connection can: it answers with the statement it sent, or none. A project
  that overrides load_csv_rows never gets here.
#}
{% macro postgres__load_csv_rows(model, agate_table) %}
  {%- set copied = adapter.tdbt_copy_seed(model, agate_table) -%}
  {{ return(default__load_csv_rows(model, agate_table) if copied is none else copied) }}
{% endmacro %}
