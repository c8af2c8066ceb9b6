{{ config(contract={'enforced': true}) }}
select 1 as keeper_id, 'Ada' as name, cast(2.5 as decimal(6,2)) as hours union all select 2, 'Béla', cast(3 as decimal(6,2))
