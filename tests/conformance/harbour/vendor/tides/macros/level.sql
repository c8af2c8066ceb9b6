{% macro level(column) %}{{ return(adapter.dispatch('level', 'tides')(column)) }}{% endmacro %}
{% macro default__level(column) %}{{ column }}{% endmacro %}
