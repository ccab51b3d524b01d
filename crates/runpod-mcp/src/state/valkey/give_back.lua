-- KEYS[1]: when the bucket will be full, in microseconds. ARGV: the price to put back.
local full = redis.call('GET', KEYS[1])
if not full then
  return
end
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000000 + tonumber(time[2])
full = tonumber(full) - tonumber(ARGV[1])
if full > now then
  redis.call('SET', KEYS[1], string.format('%.0f', full), 'PX', math.ceil((full - now) / 1000))
else
  redis.call('DEL', KEYS[1])
end
