{#
  tdbt's own generic tests. Each fails by the rows it selects. Columns are written as the YAML has them, so an expression
  works where a name does.
#}

{# Every value lies between the bounds, which are SQL expressions; either may be left out. Nulls pass. #}
{% test accepted_range(model, column_name, min_value=none, max_value=none, inclusive=true) %}
{%- if min_value is none and max_value is none -%}
  {%- do exceptions.raise_compiler_error('accepted_range on ' ~ column_name ~ ' needs min_value, max_value or both') -%}
{%- endif -%}
{%- set outside = [] -%}
{%- if min_value is not none -%}
  {%- do outside.append(column_name ~ (' < ' if inclusive else ' <= ') ~ min_value) -%}
{%- endif -%}
{%- if max_value is not none -%}
  {%- do outside.append(column_name ~ (' > ' if inclusive else ' >= ') ~ max_value) -%}
{%- endif -%}
select *
from {{ model }}
where {{ outside | join('\n   or ') }}
{%- endtest %}


{# There is at least one row. #}
{% test not_empty(model) %}
select row_count
from (select count(*) as row_count from {{ model }}) as counted
where row_count = 0
{%- endtest %}


{# There are at least `count` rows. #}
{% test row_count_at_least(model, count) %}
select row_count, {{ count }} as expected_at_least
from (select count(*) as row_count from {{ model }}) as counted
where row_count < {{ count }}
{%- endtest %}


{# The expression holds in every row; on a column, it goes behind the column's name (`> 0`). Null is not true. #}
{% test expression_is_true(model, expression, column_name=none) %}
select *
from {{ model }}
where ({{ expression if column_name is none else column_name ~ ' ' ~ expression }}) is not true
{%- endtest %}


{# Every value, as text, matches the regular expression somewhere in it. Nulls pass. #}
{% test matches_regex(model, column_name, regex) %}
select *
from {{ model }}
where {{ column_name }} is not null
  and not {{ tdbt.regex_matches('cast(' ~ column_name ~ ' as ' ~ dbt.type_string() ~ ')', dbt.string_literal(dbt.escape_single_quotes(regex))) }}
{%- endtest %}


{# The newest `field` is no older than `interval` times `datepart`; a model without rows is not recent. #}
{% test recency(model, field, datepart, interval) %}
select newest
from (select max({{ field }}) as newest from {{ model }}) as aggregated
where newest is null
   or cast(newest as {{ dbt.type_timestamp() }}) < cast({{ dbt.dateadd(datepart, -1 * interval, dbt.current_timestamp()) | trim }} as {{ dbt.type_timestamp() }})
{%- endtest %}


{# No two rows have the same values in the columns together. Rows with a null among them count too: null equals null here. #}
{% test unique_combination(model, columns) %}
{%- set listed = columns | join(', ') -%}
select {{ listed }}, count(*) as n_records
from {{ model }}
group by {{ listed }}
having count(*) > 1
{%- endtest %}


{# Whether a text matches a regular expression: both SQL expressions, the engine's own dialect of them. #}
{% macro regex_matches(text, regex) %}
  {{ return(adapter.dispatch('regex_matches', 'tdbt')(text, regex)) }}
{% endmacro %}

{% macro default__regex_matches(text, regex) -%}
  regexp_like({{ text }}, {{ regex }})
{%- endmacro %}

{% macro postgres__regex_matches(text, regex) -%}
  ({{ text }} ~ {{ regex }})
{%- endmacro %}

{% macro duckdb__regex_matches(text, regex) -%}
  regexp_matches({{ text }}, {{ regex }})
{%- endmacro %}
