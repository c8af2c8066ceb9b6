{#
  Postgres cuts identifiers at 63 bytes without a word, and two cut names may be one. So the base is cut by us and the
  suffix stays whole. `dstring` puts the time of day behind it: temporary tables of one session must not meet.
#}
{% macro postgres__make_relation_with_suffix(base_relation, suffix, dstring) %}
  {%- set tail = suffix ~ (modules.datetime.datetime.now().strftime('%H%M%S%f') if dstring else '') -%}
  {%- set room = base_relation.relation_max_name_length() - tail | length -%}
  {%- if room < 0 -%}
    {%- do exceptions.raise_compiler_error('Relation suffix is too long (' ~ tail | length ~ ' characters). Maximum length is ' ~ base_relation.relation_max_name_length() ~ ' characters.') -%}
  {%- endif -%}
  {{ return(base_relation.incorporate(path={'identifier': base_relation.identifier[:room] ~ tail})) }}
{% endmacro %}


{% macro postgres__make_intermediate_relation(base_relation, suffix) %}
  {{ return(postgres__make_relation_with_suffix(base_relation, suffix, dstring=False)) }}
{% endmacro %}


{# Temporary tables live in a schema of the session's own: the name stands alone. #}
{% macro postgres__make_temp_relation(base_relation, suffix) %}
  {%- set temp_relation = postgres__make_relation_with_suffix(base_relation, suffix, dstring=True) -%}
  {{ return(temp_relation.incorporate(path={'schema': none, 'database': none})) }}
{% endmacro %}


{% macro postgres__make_backup_relation(base_relation, backup_relation_type, suffix) %}
  {%- set backup_relation = postgres__make_relation_with_suffix(base_relation, suffix, dstring=False) -%}
  {{ return(backup_relation.incorporate(type=backup_relation_type)) }}
{% endmacro %}
