#!/bin/sh
# A browser challenge without a browser: authenticate, open the challenge page, enter the code, read the result.
set -eu
mock="${MOCK_URL:-http://127.0.0.1:8080}"
id="$(node -p 'crypto.randomUUID()')"

field () { node -e 'let text = ""; process.stdin.on("data", (chunk) => { text += chunk }).on("end", () => { console.log(process.argv[1].split(".").reduce((value, name) => value[name], JSON.parse(text))) })' "$1"; }

answer="$(curl -sf "$mock/3ds/authenticate" -H 'content-type: application/json' -d '{
  "threeDSServerTransID": "'"$id"'",
  "deviceChannel": "02",
  "messageCategory": "01",
  "cardholderAccount": { "acctNumber": "4000400040004001" },
  "purchase": { "purchaseAmount": 4599, "purchaseCurrency": "978", "purchaseExponent": 2 },
  "merchant": { "merchantName": "Harbor Books", "notificationURL": "http://localhost:3000/3ds/return" }
}')"
echo "authenticate: transStatus $(printf '%s' "$answer" | field transStatus)"

acs_url="$(printf '%s' "$answer" | field acsURL)"
acs_trans_id="$(printf '%s' "$answer" | field authenticationResponse.acsTransID)"
creq="$(printf '%s' "$answer" | field base64EncodedChallengeRequest)"
curl -sf "$acs_url" --data-urlencode "creq=$creq" --data-urlencode 'threeDSSessionData=basket-42' > /dev/null
echo 'challenge:    page shown'

curl -sf "$acs_url/$acs_trans_id" -d 'otp=1234' > /dev/null
echo 'challenge:    code 1234 entered'

final="$(curl -sf "$mock/3ds/final" -H 'content-type: application/json' -d '{ "threeDSServerTransID": "'"$id"'" }')"
echo "final:        transStatus $(printf '%s' "$final" | field transStatus), eci $(printf '%s' "$final" | field eci)"
