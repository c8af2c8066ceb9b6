{% macro convert_datetime(date_str, date_fmt) %}
  {%- set mismatch = "The partition date '" ~ date_str ~ "' does not match the format '" ~ date_fmt ~ "'" -%}
  {{ return(try_or_compiler_error(mismatch, modules.datetime.datetime.strptime, date_str.strip(), date_fmt)) }}
{% endmacro %}


{# Every day from start to end, both included; text in `out_fmt`, or datetimes where it is empty. #}
{% macro dates_in_range(start_date_str, end_date_str=none, in_fmt="%Y%m%d", out_fmt="%Y%m%d") %}
  {%- set first = convert_datetime(start_date_str, in_fmt) -%}
  {%- set last = first if end_date_str is none else convert_datetime(end_date_str, in_fmt) -%}
  {%- set last_offset = (last - first).days -%}
  {%- if last_offset < 0 -%}
    {%- do exceptions.raise_compiler_error('The partition start date is after the end date (' ~ first ~ ', ' ~ last ~ ')', model) -%}
  {%- endif -%}

  {%- set days = [] -%}
  {%- for offset in range(last_offset + 1) -%}
    {%- set day = first + modules.datetime.timedelta(days=offset) -%}
    {%- do days.append(day.strftime(out_fmt) if out_fmt else day) -%}
  {%- endfor -%}
  {{ return(days) }}
{% endmacro %}


{# `20240101` or `20240101,20240131` → the days meant. #}
{% macro partition_range(raw_partition_date, date_fmt='%Y%m%d') %}
  {%- set ends = (raw_partition_date | string).split(',') -%}
  {%- if ends | length > 2 -%}
    {%- do exceptions.raise_compiler_error('A partition time is {start date}[,{end date}]; got: ' ~ raw_partition_date) -%}
  {%- endif -%}
  {{ return(dates_in_range(ends[0], ends[1] if ends | length == 2 else none, in_fmt=date_fmt)) }}
{% endmacro %}


{% macro py_current_timestring() %}
  {{ return(modules.datetime.datetime.now().strftime('%Y%m%d%H%M%S%f')) }}
{% endmacro %}
