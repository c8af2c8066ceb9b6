{{ bronze_select('marketing_campaigns', ['campaign_id', 'campaign_name', 'channel', 'budget', 'roi']) }}
