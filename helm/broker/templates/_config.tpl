{{/* mosquitto.conf, from the values. */}}
{{- define "broker.config" -}}
# Made by the chart.
{{ with .Values.config }}{{ trimSuffix "\n" . }}
{{ end -}}
log_dest stdout
persistence {{ ne .Values.store.type "memory" }}
{{- if eq .Values.store.type "sqlite" }}
persistence_location /mosquitto/data/
{{- end }}
allow_anonymous {{ .Values.auth.anonymous }}
{{- if include "broker.usersSecret" . }}
password_file /mosquitto/users/{{ .Values.auth.usersKey }}
allow_plain_text_passwords true
{{- end }}
{{- if include "broker.aclConfigMap" . }}
acl_file /mosquitto/acl/{{ .Values.auth.aclKey }}
{{- end }}

admin_listener {{ int .Values.admin.port }} {{ .Values.admin.address }}
{{- if .Values.admin.existingSecret }}
admin_token_file /mosquitto/admin/{{ .Values.admin.tokenKey }}
{{- end }}
{{- range .Values.listeners }}

# {{ .name }}
listener {{ int .port }}
{{- if eq .protocol "websockets" }}
protocol websockets
{{- end }}
{{- if .tls }}
certfile /mosquitto/tls/tls.crt
keyfile /mosquitto/tls/tls.key
{{- if $.Values.tls.requireClientCertificate }}
cafile /mosquitto/tls/ca.crt
require_certificate true
{{- if $.Values.tls.identityAsUserName }}
use_identity_as_username true
{{- end }}
{{- end }}
{{- end }}
{{- range .options }}
{{ . }}
{{- end }}
{{- end }}
{{ end -}}
