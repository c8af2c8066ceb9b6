{# The two row sets of a unit test, one under the other, over the columns that the test names. #}
{% macro get_unit_test_sql(main_sql, expected_fixture_sql, expected_column_names) %}
  {{ return(adapter.dispatch('get_unit_test_sql', 'dbt')(main_sql, expected_fixture_sql, expected_column_names)) }}
{% endmacro %}

{# An expected set without rows is selected from the actual one by its name. #}
{% macro default__get_unit_test_sql(main_sql, expected_fixture_sql, expected_column_names) -%}
{%- set columns = expected_column_names | join(', ') -%}
{%- set mark = adapter.quote('actual_or_expected') -%}
-- Build actual result given inputs
with dbt_internal_unit_test_actual as (
  select
    {{ columns }}, {{ dbt.string_literal('actual') }} as {{ mark }}
  from (
    {{ main_sql }}
  ) _dbt_internal_unit_test_actual
),
-- Build expected result
dbt_internal_unit_test_expected as (
  select
    {{ columns }}, {{ dbt.string_literal('expected') }} as {{ mark }}
  from (
    {{ expected_fixture_sql }}
  ) _dbt_internal_unit_test_expected
)
-- Union actual and expected results
select * from dbt_internal_unit_test_actual
union all
select * from dbt_internal_unit_test_expected
{%- endmacro %}


{#
  The rows given for an input of a unit test, as a query that stands in for it. Columns that a row leaves out are typed nulls.
  The types are the input's own, from the database: of the relation, or of the deferred one where it is not built yet.
#}
{% macro get_fixture_sql(rows, column_name_to_data_types) %}
-- Fixture for {{ model.name }}
{% set types, quoted = column_name_to_data_types or {}, {} -%}
{%- if not types -%}
  {%- set input = defer_relation if defer_relation and not load_relation(this) else this -%}
  {%- for column in adapter.get_columns_in_relation(input) -%}
    {%- do types.update({column.name | lower: column.data_type}) -%}
    {%- do quoted.update({column.name | lower: column.quoted}) -%}
  {%- endfor -%}
  {%- if not types -%}
    {%- do exceptions.raise_compiler_error("Not able to get columns for unit test '" ~ model.name ~ "' from relation " ~ input ~ " because the relation doesn't exist") -%}
  {%- endif -%}
{%- endif -%}

{%- set nulls = {} -%}
{%- for name, type in types.items() -%}
  {%- do nulls.update({name: safe_cast('null', type) | trim}) -%}
{%- endfor -%}
{%- do validate_fixture_rows(rows, row_number) -%}

{%- set selects = [] -%}
{%- for row in rows -%}
  {%- set cells = nulls.copy() -%}
  {%- do cells.update(format_row(row, types)) -%}
  {%- do selects.append('select' ~ tdbt_select_list(cells, quoted)) -%}
{%- endfor -%}
{{ selects | join('\nunion all\n') if selects else 'select' ~ tdbt_select_list(nulls, quoted) ~ '\n    limit 0' }}
{%- endmacro %}


{# The expected rows of a unit test as a query. #}
{% macro get_expected_sql(rows, column_name_to_data_types, column_name_to_quoted) -%}
{%- set selects = [] -%}
{%- for row in rows -%}
  {%- do selects.append('select' ~ tdbt_select_list(format_row(row, column_name_to_data_types), column_name_to_quoted)) -%}
{%- endfor -%}
{{ selects | join('\nunion all\n') if selects else 'select * from dbt_internal_unit_test_actual\n    limit 0' }}
{%- endmacro %}


{# {column: expression} → ` expression as "column", …`; a name without a quoted form stands as it is. #}
{% macro tdbt_select_list(cells, quoted) -%}
  {%- set items = [] -%}
  {%- for name, expression in cells.items() -%}
    {%- do items.append(' ' ~ expression ~ ' as ' ~ quoted.get(name, name)) -%}
  {%- endfor -%}
  {{ items | join(',') }}
{%- endmacro %}


{#
  {column: SQL expression} of a row as YAML gives it: names in lower case, text quoted and escaped, each cast to its column's
  type. Text loses a varchar's length: a fixture that is too long shall fail the test, not be cut to pass it.
#}
{% macro format_row(row, column_name_to_data_types) %}
  {%- set cells = {} -%}
  {%- for name, value in row.items() -%}
    {%- set column = name | lower -%}
    {%- if column not in column_name_to_data_types -%}
      {%- set fixture = 'expected output' if model.resource_type == 'unit_test' else "'" ~ model.name ~ "'" -%}
      {%- do exceptions.raise_compiler_error("Invalid column name: '" ~ column ~ "' in unit test fixture for " ~ fixture ~ '.'
        ~ '\nAccepted columns for ' ~ fixture ~ ' are: ' ~ column_name_to_data_types.keys() | list) -%}
    {%- endif -%}

    {%- set type = column_name_to_data_types[column] -%}
    {%- if value is string -%}
      {%- set literal = dbt.string_literal(dbt.escape_single_quotes(value)) -%}
      {%- set type = type.split('(')[0] if 'varying' in type else type -%}
    {%- else -%}
      {%- set literal = 'null' if value is none else value -%}
    {%- endif -%}
    {%- do cells.update({column: safe_cast(literal, type)}) -%}
  {%- endfor -%}
  {{ return(cells) }}
{% endmacro %}


{# For adapters that must refuse some fixtures. #}
{% macro validate_fixture_rows(rows, row_number) %}
  {{ return(adapter.dispatch('validate_fixture_rows', 'dbt')(rows, row_number)) }}
{% endmacro %}

{% macro default__validate_fixture_rows(rows, row_number) %}
{% endmacro %}
