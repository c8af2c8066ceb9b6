{# Everything that is wrong with the model's merge configs, in one error. #}
{% macro validate_merge_config(config, target_relation=none) %}
  {%- set errors = [] -%}
  {%- set kinds = {
    'merge_update_condition': 'string',
    'merge_insert_condition': 'string',
    'merge_on_using_columns': 'list',
    'merge_update_columns': 'list',
    'merge_update_set_expressions': 'dictionary',
    'merge_exclude_columns': 'list',
    'merge_returning_columns': 'list',
  } -%}
  {%- for name, kind in kinds.items() -%}
    {%- set value = config.get(name) -%}
    {%- if kind == 'string' -%}
      {%- do validate_string_field(value, name, errors) -%}
    {%- elif kind == 'list' -%}
      {%- do validate_string_list_field(value, name, errors) -%}
    {%- else -%}
      {%- do validate_dict_field(value, name, errors) -%}
    {%- endif -%}
  {%- endfor -%}
  {%- do validate_merge_clauses(config, kinds, errors) -%}
  {%- if errors -%}
    {%- do exceptions.raise_compiler_error('MERGE configuration errors:\n' ~ errors | join('\n')) -%}
  {%- endif -%}
{% endmacro %}


{% macro validate_string_field(field_value, field_name, errors) %}
  {%- if field_value is not none and field_value is not string -%}
    {%- do errors.append(field_name ~ ' must be a string, found: ' ~ field_value) -%}
  {%- endif -%}
{% endmacro %}


{% macro validate_string_list_field(field_value, field_name, errors) %}
  {%- if field_value is none -%}
  {%- elif field_value is string or field_value is mapping or field_value is not sequence -%}
    {%- do errors.append(field_name ~ ' must be a list') -%}
  {%- else -%}
    {%- for item in field_value if item is not string -%}
      {%- do errors.append(field_name ~ ' must contain only string values, found: ' ~ item) -%}
    {%- endfor -%}
  {%- endif -%}
{% endmacro %}


{% macro validate_dict_field(field_value, field_name, errors) %}
  {%- if field_value is not none and field_value is not mapping -%}
    {%- do errors.append(field_name ~ ' must be a dictionary, found: ' ~ field_value) -%}
  {%- endif -%}
{% endmacro %}


{# `merge_clauses` says all there is to say of a merge: the simpler configs beside it would do nothing. #}
{% macro validate_merge_clauses(config, base_configuration_fields, errors) %}
  {%- set clauses = config.get('merge_clauses') -%}
  {%- if clauses is none -%}
    {{ return(none) }}
  {%- elif clauses is not mapping -%}
    {%- do errors.append('merge_clauses must be a dictionary, found: ' ~ clauses) -%}
    {{ return(none) }}
  {%- elif 'when_matched' not in clauses and 'when_not_matched' not in clauses -%}
    {%- do errors.append("merge_clauses must contain at least one of 'when_matched' or 'when_not_matched' keys") -%}
  {%- endif -%}

  {%- for kind in ['when_matched', 'when_not_matched'] if kind in clauses -%}
    {%- set listed = clauses[kind] -%}
    {%- if listed is string or listed is mapping or listed is not sequence -%}
      {%- do errors.append('merge_clauses.' ~ kind ~ ' must be a list') -%}
    {%- elif not listed -%}
      {%- do errors.append('merge_clauses.' ~ kind ~ ' must contain at least one element') -%}
    {%- else -%}
      {%- for clause in listed if clause is not mapping -%}
        {%- do errors.append('merge_clauses.' ~ kind ~ ' elements must be dictionaries, found: ' ~ clause) -%}
      {%- endfor -%}
    {%- endif -%}
  {%- endfor -%}

  {%- set idle = [] -%}
  {%- for name, kind in base_configuration_fields.items() if name not in ['merge_on_using_columns', 'merge_returning_columns'] -%}
    {%- set value = config.get(name) -%}
    {%- if value is not none and (kind == 'string' or value | length > 0) -%}
      {%- do idle.append(name) -%}
    {%- endif -%}
  {%- endfor -%}
  {%- if idle -%}
    {%- do errors.append('When merge_clauses is specified, the following basic merge configurations will be ignored and should be removed: ' ~ idle | join(', ') ~ '. Define your merge behavior within merge_clauses instead.') -%}
  {%- endif -%}
{% endmacro %}
