{#
  For on-run-start: views over the files of external models that the selected nodes read and this run does not build, so that a
  database in memory finds them.
#}
{% macro register_upstream_external_models() %}
  {%- set done, schemas = [], [] -%}
  {%- for id in selected_resources if execute and id in graph['nodes'] -%}
    {%- for parent_id in graph['nodes'][id]['depends_on']['nodes'] if parent_id not in done and parent_id not in selected_resources -%}
      {%- do done.append(parent_id) -%}
      {%- set parent = graph['nodes'].get(parent_id) -%}
      {%- if parent and parent.resource_type in ('model', 'seed') and parent.config.materialized == 'external' -%}
        {%- set relation = api.Relation.create(database=parent['database'], schema=parent['schema'], identifier=parent['alias']) -%}
        {%- set location = render(parent.config.get('location', external_location(relation, parent.config))) -%}
        {%- set read_location = adapter.external_read_location(location, render_write_options(parent.config)) -%}
        {%- if relation.schema not in schemas -%}
          {%- do schemas.append(relation.schema) -%}
          {%- call statement('main') -%}
            create schema if not exists {{ relation.without_identifier() }}
          {%- endcall -%}
        {%- endif -%}
        {%- call statement('main') -%}
          create or replace view {{ relation }} as (
            select * from '{{ read_location }}'
          );
        {%- endcall -%}
      {%- endif -%}
    {%- endfor -%}
  {%- endfor -%}
  {%- if schemas -%}
    {%- do adapter.commit() -%}
  {%- endif -%}
{% endmacro %}
