{#
  How a rebuilt relation is put in the place of the old one, for view, table and incremental: it is built under an
  intermediate name, then two renames in the transaction of the build make it the relation. Readers see the old rows or the
  new ones; a killed run leaves the old ones and, at worst, a leftover that the next run drops.
#}

{# The names in play: {target, existing, intermediate, backup}; no backup where there is nothing to move away. #}
{% macro tdbt_swap_plan(target_relation, existing_relation) %}
  {{ return({
    'target': target_relation,
    'existing': existing_relation,
    'intermediate': make_intermediate_relation(target_relation),
    'backup': none if existing_relation is none else make_backup_relation(target_relation, existing_relation.type),
  }) }}
{% endmacro %}


{# Before the transaction: what a killed run left under the names that are needed now. #}
{% macro tdbt_drop_leftovers(plan) %}
  {%- for relation in [plan.intermediate, plan.backup] if relation is not none -%}
    {%- set leftover = adapter.load_relation(relation) -%}
    {%- if leftover is not none -%}
      {%- do adapter.drop_relation(leftover) -%}
    {%- endif -%}
  {%- endfor -%}
{% endmacro %}


{# In the transaction: old one away, new one in. The relation moved away (now the backup), or none; a pre-hook may have dropped it. #}
{% macro tdbt_swap(plan) %}
  {%- set existing = none if plan.existing is none else load_cached_relation(plan.existing) -%}
  {%- if existing is not none -%}
    {%- do adapter.rename_relation(existing, plan.backup) -%}
  {%- endif -%}
  {%- do adapter.rename_relation(plan.intermediate, plan.target) -%}
  {{ return(none if existing is none else plan.backup) }}
{% endmacro %}
