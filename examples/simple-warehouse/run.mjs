// Extract and load, transform, test, sample: three times, with the production database changed in between; each claim of the
// README is checked as it goes. See scripts/example.mjs.

/** The shop's tables, and their columns. */
const TABLES = {
  customers: 'customer_id, first_name, last_name, email, city, created_at, updated_at',
  products: 'product_id, product_name, category, price, updated_at',
  orders: 'order_id, customer_id, order_date, status, total_amount, updated_at',
  order_items: 'order_item_id, order_id, product_id, quantity, unit_price, updated_at',
}

/** What the shop's application does in a day: people move, parcels leave, prices change, orders come in. All of it is dated 2026. */
const CHANGES = `
  update customers set city = 'Springfield', updated_at = timestamp '2026-01-05 09:00' + customer_id * interval '1 second' where customer_id % 50 = 0;
  update products set price = round(price * 1.1, 2), updated_at = timestamp '2026-01-05 10:00' + product_id * interval '1 second' where product_id % 40 = 0;
  update orders set status = 'shipped', updated_at = timestamp '2026-01-05 11:00' + order_id * interval '1 second' where lower(status) = 'pending' and order_id % 5 = 0;
  insert into customers
    select (select max(customer_id) from customers) + n, 'New', 'Customer ' || n, 'new' || n || '@example.com', 'Shelbyville',
      timestamp '2026-01-05 12:00' + n * interval '1 second', timestamp '2026-01-05 12:00' + n * interval '1 second'
    from generate_series(1, 7) as n;
  insert into orders
    select (select max(order_id) from orders) + n, (select max(customer_id) from customers) - n % 7, timestamp '2026-01-05 13:00' + n * interval '1 minute',
      'pending', 50.00, timestamp '2026-01-05 13:00' + n * interval '1 minute'
    from generate_series(1, 60) as n;
  insert into order_items
    select (select max(order_item_id) from order_items) + row_number() over (order by o.order_id, n), o.order_id, n, 1, 25.00, o.updated_at
    from orders o cross join generate_series(1, 2) as n where o.order_date >= '2026-01-01';`

export default async function simpleWarehouse({ env, scale, log, must, tdbt, sql, database }) {
  env.XYZ_STORE_DB = await database('xyz_store')
  env.DWH_DB = await database('dwh')
  const shop = (text) => sql(text, env.XYZ_STORE_DB)
  const dwh = (text) => sql(text, env.DWH_DB)
  const one = (rows) => Object.values(rows[0])[0]
  /** The rows of a table, in one value that no order of rows changes. */
  const content = (table, columns) =>
    `select count(*) || ' rows, ' || coalesce(sum(hashtextextended(concat_ws('|', ${columns}), 0)::numeric), 0) from ${table}`

  /** The sequence that an orchestrator would run: load, transform, test, sample. Gives the rows that each load wrote into bronze. */
  async function sequence() {
    const before = await dwh('select pg_current_xact_id()::text as id')
    await tdbt('load')
    const written = {}
    for (const table of Object.keys(TABLES)) {
      // The server knows which transaction wrote a row: this counts what travelled, whatever the load says of itself.
      written[table] = Number(
        one(await dwh(`select count(*) from bronze.raw_${table} where xmin::text::bigint > ${before[0].id}`)),
      )
    }
    await tdbt('run')
    await tdbt('test')
    await tdbt(
      'show',
      '--quiet',
      '--limit',
      '5',
      '--inline',
      `
      select f.order_id, d.full_date, c.full_name, p.product_name, p.category, f.quantity, f.sales_amount
      from {{ ref('fact_sales') }} f join {{ ref('dim_date') }} d using (date_key) join {{ ref('dim_customers') }} c using (customer_id)
      join {{ ref('dim_products') }} p using (product_id) order by d.full_date desc, f.order_item_id desc`,
    )
    for (const table of Object.keys(TABLES)) {
      const [there, here] = [
        one(await shop(content(table, TABLES[table]))),
        one(await dwh(content(`bronze.raw_${table}`, TABLES[table]))),
      ]
      must(`bronze.raw_${table} is ${table} of the shop, ${String(there).split(',')[0]}`, there === here)
    }
    return written
  }

  log('\n== The shop opens: its production database')
  await tdbt('generate', '--target', 'production', '--scale', String(scale))

  log('\n== First run: everything travels')
  const first = await sequence()
  for (const table of Object.keys(TABLES)) {
    must(
      `all ${first[table]} rows of ${table} came`,
      first[table] === Number(one(await shop(`select count(*) from ${table}`))),
    )
  }

  /** The latest moment of each table: its rows are read again by the next load, since others may have come at that very moment. */
  const marks = {}
  for (const table of Object.keys(TABLES)) marks[table] = one(await shop(`select max(updated_at)::text from ${table}`))
  const atTheMark = async (table) =>
    Number(one(await shop(`select count(*) from ${table} where updated_at = timestamp '${marks[table]}'`)))

  log('\n== Second run: nothing has changed')
  const second = await sequence()
  for (const table of Object.keys(TABLES)) {
    const again = await atTheMark(table)
    must(
      `of ${first[table]} rows of ${table} only the ${again} at the very watermark came again`,
      second[table] === again,
    )
  }

  log('\n== A day passes in the shop')
  await shop(CHANGES)
  const changed = {}
  for (const table of Object.keys(TABLES)) {
    changed[table] = Number(one(await shop(`select count(*) from ${table} where updated_at >= '2026-01-01'`)))
  }
  log(
    `  changed or new: ${Object.entries(changed)
      .map(([table, count]) => `${table} ${count}`)
      .join(', ')}`,
  )

  log('\n== Third run: what is new or changed travels, and nothing else')
  const third = await sequence()
  for (const table of Object.keys(TABLES)) {
    const again = await atTheMark(table)
    must(
      `${third[table]} of ${one(await shop(`select count(*) from ${table}`))} rows of ${table} travelled: ${changed[table]} new or changed, ${again} at the old watermark`,
      third[table] === changed[table] + again,
    )
  }
  must(
    'the moved customers are in gold',
    Number(one(await dwh("select count(*) from gold.dim_customers where city = 'Springfield'"))) >=
      Math.floor(changed.customers - 7),
  )
  must(
    'the new sales are in gold',
    Number(one(await dwh('select count(*) from gold.fact_sales where date_key = 20260105'))) === changed.order_items,
  )

  log('\n== What came out')
  await tdbt(
    'show',
    '--quiet',
    '--limit',
    '-1',
    '--inline',
    `
    select d.year, count(distinct f.order_id) as orders, sum(f.quantity) as units, sum(f.sales_amount) as sales
    from {{ ref('fact_sales') }} f join {{ ref('dim_date') }} d using (date_key) group by 1 order by 1`,
  )
  await tdbt(
    'show',
    '--quiet',
    '--limit',
    '-1',
    '--inline',
    `
    select p.category, sum(f.quantity) as units, sum(f.sales_amount) as sales
    from {{ ref('fact_sales') }} f join {{ ref('dim_products') }} p using (product_id) group by 1 order by 3 desc`,
  )
}
