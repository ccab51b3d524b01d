-- KEYS[1]: when the bucket will be full, in microseconds. ARGV: the price, and the time that an empty bucket takes.
-- Answers how long to wait, in microseconds; 0 when the price was taken. The same as `Full::take` in bucket.rs.
local price, room = tonumber(ARGV[1]), tonumber(ARGV[2])
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000000 + tonumber(time[2])
local full = tonumber(redis.call('GET', KEYS[1]) or '0')
full = math.min(math.max(full, now), now + room) + price
local short = full - now - room
if short > 0 then
  return short
end
if full > now then
  redis.call('SET', KEYS[1], string.format('%.0f', full), 'PX', math.ceil((full - now) / 1000))
end
return 0
