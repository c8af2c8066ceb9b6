{% macro postgres__dateadd(datepart, interval, from_date_or_timestamp) %}

    {{ from_date_or_timestamp }} + ((interval '1 {{ datepart }}') * ({{ interval }}))

{% endmacro %}


{#
  Postgres subtracts dates to days and has no DATEDIFF. Periods are boundaries crossed, as elsewhere: from 23:59 to 00:00 is
  one hour. Each finer part is built on a coarser one: years give quarters and months, days give weeks and hours, hours
  minutes, minutes the rest.
#}
{% macro postgres__datediff(first_date, second_date, datepart) -%}
    {%- set first_ts, second_ts = '(' ~ first_date ~ ')::timestamp', '(' ~ second_date ~ ')::timestamp' -%}
    {%- set first_day, second_day = '(' ~ first_date ~ ')::date', '(' ~ second_date ~ ')::date' -%}
    {#- What a unit's own part adds to `scale` times the coarser unit. -#}
    {%- set per_date = {'quarter': ('year', 4), 'month': ('year', 12)} -%}
    {%- set per_time = {'hour': ('day', 24), 'minute': ('hour', 60)} -%}
    {%- set per_floor = {'second': ('minute', 60), 'millisecond': ('minute', 60000), 'microsecond': ('minute', 60000000)} -%}

    {%- set difference -%}
    {%- if datepart == 'year' -%}
        (date_part('year', {{ second_day }}) - date_part('year', {{ first_day }}))
    {%- elif datepart == 'day' -%}
        ({{ second_day }} - {{ first_day }})
    {%- elif datepart == 'week' -%}
        ({{ datediff(first_date, second_date, 'day') }} / 7 + case
            when date_part('dow', {{ first_ts }}) <= date_part('dow', {{ second_ts }}) then
                case when {{ first_date }} <= {{ second_date }} then 0 else -1 end
            else
                case when {{ first_date }} <= {{ second_date }} then 1 else 0 end
        end)
    {%- elif datepart in per_date -%}
        {%- set coarser, scale = per_date[datepart] -%}
        ({{ datediff(first_date, second_date, coarser) }} * {{ scale }} + date_part('{{ datepart }}', {{ second_day }}) - date_part('{{ datepart }}', {{ first_day }}))
    {%- elif datepart in per_time -%}
        {%- set coarser, scale = per_time[datepart] -%}
        ({{ datediff(first_date, second_date, coarser) }} * {{ scale }} + date_part('{{ datepart }}', {{ second_ts }}) - date_part('{{ datepart }}', {{ first_ts }}))
    {%- elif datepart in per_floor -%}
        {%- set coarser, scale = per_floor[datepart] -%}
        ({{ datediff(first_date, second_date, coarser) }} * {{ scale }} + floor(date_part('{{ datepart }}', {{ second_ts }})) - floor(date_part('{{ datepart }}', {{ first_ts }})))
    {%- else -%}
        {%- do exceptions.raise_compiler_error('Unsupported datepart for macro datediff in postgres: ' ~ '{!r}'.format(datepart)) -%}
    {%- endif -%}
    {%- endset -%}
    {{ '\n        ' ~ difference ~ '\n    ' }}
{%- endmacro %}


{# There is no interval of a quarter; three months are one. #}
{% macro postgres__last_day(date, datepart) -%}
    {%- if datepart == 'quarter' -%}
    -- postgres dateadd does not support quarter interval.
    cast(
        {{ dbt.dateadd('day', '-1', dbt.dateadd('month', '3', dbt.date_trunc(datepart, date))) }}
        as date)
    {%- else -%}
    {{ dbt.default_last_day(date, datepart) }}
    {%- endif -%}
{%- endmacro %}
