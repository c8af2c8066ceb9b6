{#
  Where a node goes and what it is called there. A project overrides generate_<part>_name (or its default__ form) to have
  rules of its own; what comes out is trimmed by the caller.
#}

{% macro generate_schema_name(custom_schema_name=none, node=none) %}
  {{ return(adapter.dispatch('generate_schema_name', 'dbt')(custom_schema_name, node)) }}
{% endmacro %}

{# Prefixed by the target's schema, so that two developers with the same custom schema do not meet. #}
{% macro default__generate_schema_name(custom_schema_name, node) -%}
  {{ target.schema ~ ('' if custom_schema_name is none else '_' ~ custom_schema_name | trim) }}
{%- endmacro %}


{# For projects that want custom schemas as they stand in production, and one schema per developer elsewhere. #}
{% macro generate_schema_name_for_env(custom_schema_name, node) -%}
  {{ custom_schema_name | trim if target.name == 'prod' and custom_schema_name is not none else target.schema }}
{%- endmacro %}


{% macro generate_alias_name(custom_alias_name=none, node=none) %}
  {{ return(adapter.dispatch('generate_alias_name', 'dbt')(custom_alias_name, node)) }}
{% endmacro %}

{# Dots cannot stand in an unquoted name: version 1.2 of `orders` lands in orders_v1_2. #}
{% macro default__generate_alias_name(custom_alias_name=none, node=none) -%}
  {%- if custom_alias_name -%}
    {{ custom_alias_name | trim }}
  {%- elif node.version -%}
    {{ node.name ~ '_v' ~ node.version | replace('.', '_') }}
  {%- else -%}
    {{ node.name }}
  {%- endif -%}
{%- endmacro %}


{% macro generate_latest_version_pointer_alias(custom_alias_name=none, node=none) %}
  {{ return(adapter.dispatch('generate_latest_version_pointer_alias', 'dbt')(custom_alias_name, node)) }}
{% endmacro %}

{# The name that always means the latest version: by default the model's, without a version behind it. #}
{% macro default__generate_latest_version_pointer_alias(custom_alias_name=none, node=none) -%}
  {{ custom_alias_name | trim if custom_alias_name else node.name }}
{%- endmacro %}


{% macro generate_database_name(custom_database_name=none, node=none) %}
  {{ return(adapter.dispatch('generate_database_name', 'dbt')(custom_database_name, node)) }}
{% endmacro %}

{# A catalog that the node names (catalogs.yml) may fix the database; then its config, then the target's. #}
{% macro default__generate_database_name(custom_database_name=none, node=none) -%}
  {%- set catalog = adapter.build_catalog_relation(node) if node is not none and node | attr('database') else none -%}
  {%- if catalog and catalog | attr('catalog_database') -%}
    {{ return(catalog.catalog_database) }}
  {%- endif -%}
  {{ target.database if custom_database_name is none else custom_database_name }}
{%- endmacro %}
