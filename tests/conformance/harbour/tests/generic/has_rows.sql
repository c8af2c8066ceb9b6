{% test has_rows(model) %}
{{ config(severity='warn', fail_calc='coalesce(max(missing), 0)') }}
select case when count(*) = 0 then 1 else 0 end as missing from {{ model }} having count(*) = 0
{% endtest %}

{% test at_least(model, column, minimum=0) %}
select {{ column }} from {{ model }} where {{ column }} < {{ minimum }}
{% endtest %}
