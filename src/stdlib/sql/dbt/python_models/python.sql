{#
  The Python that goes behind a Python model: `dbt.ref`, `dbt.source`, `dbt.config` and `dbt.this` as plain look-ups in
  dictionaries that are filled in here. An adapter that runs Python puts the model before it and its own call behind.
#}
{% macro py_script_postfix(model) %}
# Below is what gives the model above its `dbt` object.
{{ build_ref_function(model) }}
{{ build_source_function(model) }}
{{ build_config_dict(model) }}

class config:
    def __init__(self, *args, **kwargs):
        pass

    @staticmethod
    def get(key, default=None):
        return config_dict.get(key, default)

    @staticmethod
    def meta_get(key, default=None):
        return meta_dict.get(key, default)

class this:
    database = "{{ this.database }}"
    schema = "{{ this.schema }}"
    identifier = "{{ this.identifier }}"

    def __repr__(self):
        return '{{ resolve_model_name(this) }}'

class dbtObj:
    def __init__(self, load_df_function) -> None:
        self.ref = lambda *args, **kwargs: ref(*args, **kwargs, dbt_load_df_function=load_df_function)
        self.source = lambda *args: source(*args, dbt_load_df_function=load_df_function)
        self.config = config
        self.this = this()
        self.is_incremental = {{ is_incremental() }}

{{ py_script_comment() }}
{% endmacro %}


{# For adapters: how to run the compiled file by hand. #}
{% macro py_script_comment() %}
{%- endmacro %}


{% macro resolve_model_name(input_model_name) %}
  {{ return(adapter.dispatch('resolve_model_name', 'dbt')(input_model_name)) }}
{% endmacro %}

{% macro default__resolve_model_name(input_model_name) -%}
  {{ input_model_name | string }}
{%- endmacro %}


{# A project's own `ref` may give text; a relation is rendered, so that no --empty or --sample limit is in the name. #}
{% macro build_ref_function(model) %}
  {%- set names = {} -%}
  {%- for ref_ in model.refs -%}
    {%- set path = [ref_['package'], ref_['name']] if ref_.get('package') else [ref_['name']] -%}
    {%- set relation = ref(*path, v=ref_.get('version')) -%}
    {%- set name = relation.render() if relation.render is defined and relation.render is callable else relation -%}
    {%- set key = path + (['v' ~ ref_['version']] if ref_.get('version') else []) -%}
    {%- do names.update({key | join('.'): resolve_model_name(name)}) -%}
  {%- endfor %}
def ref(*args, **kwargs):
    refs = {{ names | tojson }}
    key = '.'.join(args)
    version = kwargs.get("v") or kwargs.get("version")
    if version:
        key += f".v{version}"
    return kwargs["dbt_load_df_function"](refs[key])
{% endmacro %}


{% macro build_source_function(model) %}
  {%- set names = {} -%}
  {%- for source_ in model.sources -%}
    {%- do names.update({source_ | join('.'): resolve_model_name(source(*source_))}) -%}
  {%- endfor %}
def source(*args, dbt_load_df_function):
    sources = {{ names | tojson }}
    return dbt_load_df_function(sources['.'.join(args)])
{% endmacro %}


{# Only the keys that the model reads, which parsing it has found; meta apart, since its keys may be called as config's. #}
{% macro build_config_dict(model) %}
  {%- set values, meta = {}, {} -%}
  {%- for key, default in zip(model.config.config_keys_used, model.config.config_keys_defaults) | list -%}
    {%- do values.update({key: model.config.get(key, 'python' if key == 'language' else default)}) -%}
  {%- endfor -%}
  {%- for key, default in zip(model.config.meta_keys_used or [], model.config.meta_keys_defaults or []) | list -%}
    {%- do meta.update({key: (model.config.meta or {}).get(key, default)}) -%}
  {%- endfor %}
config_dict = {{ values }}
meta_dict = {{ meta }}
{% endmacro %}
