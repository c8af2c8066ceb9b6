{# Column names, quoted, with commas between. #}
{% macro get_quoted_csv(column_names) %}
  {%- set quoted = [] -%}
  {%- for name in column_names -%}
    {%- do quoted.append(adapter.quote(name)) -%}
  {%- endfor -%}
  {{ return(quoted | join(', ')) }}
{% endmacro %}


{# The columns of the first that the second has none of by name; types do not count. #}
{% macro diff_columns(source_columns, target_columns) %}
  {{ return(source_columns | rejectattr('name', 'in', target_columns | map(attribute='column') | list) | list) }}
{% endmacro %}


{# [{column_name, new_type}] of the columns in both whose type changed, unless widening it is enough. #}
{% macro diff_column_data_types(source_columns, target_columns) %}
  {{ return(adapter.dispatch('diff_column_data_types', 'dbt')(source_columns, target_columns)) }}
{% endmacro %}

{% macro default__diff_column_data_types(source_columns, target_columns) %}
  {%- set targets = {} -%}
  {%- for column in target_columns -%}
    {%- do targets.setdefault(column.name, column) -%}
  {%- endfor -%}

  {%- set changed = [] -%}
  {%- for source in source_columns if source.name in targets -%}
    {%- set target = targets[source.name] -%}
    {%- if source.expanded_data_type != target.expanded_data_type and not source.can_expand_to(other_column=target) -%}
      {%- do changed.append({'column_name': target.name, 'new_type': source.expanded_data_type}) -%}
    {%- endif -%}
  {%- endfor -%}
  {{ return(changed) }}
{% endmacro %}


{# Names, quoted, of what a merge overwrites in a matched row: those listed, or all but those excluded, or all. #}
{% macro get_merge_update_columns(merge_update_columns, merge_exclude_columns, dest_columns) %}
  {{ return(adapter.dispatch('get_merge_update_columns', 'dbt')(merge_update_columns, merge_exclude_columns, dest_columns)) }}
{% endmacro %}

{% macro default__get_merge_update_columns(merge_update_columns, merge_exclude_columns, dest_columns) %}
  {%- if merge_update_columns and merge_exclude_columns -%}
    {%- do exceptions.raise_compiler_error('Model cannot specify merge_update_columns and merge_exclude_columns. Please update model to use only one config') -%}
  {%- elif merge_update_columns -%}
    {{ return(merge_update_columns) }}
  {%- endif -%}

  {%- set excluded = (merge_exclude_columns or []) | map('lower') | list -%}
  {%- set updated = [] -%}
  {%- for column in dest_columns if column.column | lower not in excluded -%}
    {%- do updated.append(column.quoted) -%}
  {%- endfor -%}
  {{ return(updated) }}
{% endmacro %}
