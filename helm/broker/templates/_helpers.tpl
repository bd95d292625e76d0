{{- define "broker.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 40 | trimSuffix "-" -}}
{{- end -}}

{{/* Names of Services are made by putting a listener's name behind this one: 40 characters leave room for it. */}}
{{- define "broker.fullname" -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride | trunc 40 | trimSuffix "-" -}}
{{- else -}}
{{- $name := include "broker.name" . -}}
{{- if contains $name .Release.Name -}}
{{- .Release.Name | trunc 40 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name $name | trunc 40 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{- define "broker.selectorLabels" -}}
app.kubernetes.io/name: {{ include "broker.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}

{{- define "broker.labels" -}}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" }}
{{ include "broker.selectorLabels" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{- end -}}

{{- define "broker.image" -}}
{{- if .Values.image.digest -}}
{{ .Values.image.repository }}@{{ .Values.image.digest }}
{{- else -}}
{{ .Values.image.repository }}:{{ default .Chart.AppVersion .Values.image.tag }}
{{- end -}}
{{- end -}}

{{- define "broker.serviceAccountName" -}}
{{- if .Values.serviceAccount.create -}}
{{ default (include "broker.fullname" .) .Values.serviceAccount.name }}
{{- else -}}
{{ default "default" .Values.serviceAccount.name }}
{{- end -}}
{{- end -}}

{{/* The Secret with users; empty: nobody has a name. */}}
{{- define "broker.usersSecret" -}}
{{- if .Values.auth.existingSecret -}}
{{ .Values.auth.existingSecret }}
{{- else if or .Values.auth.users (not .Values.auth.anonymous) -}}
{{ include "broker.fullname" . }}-users
{{- end -}}
{{- end -}}

{{- define "broker.aclConfigMap" -}}
{{- if .Values.auth.existingAclConfigMap -}}
{{ .Values.auth.existingAclConfigMap }}
{{- else if .Values.auth.acl -}}
{{ include "broker.fullname" . }}-acl
{{- end -}}
{{- end -}}

{{- define "broker.tlsSecret" -}}
{{- if .Values.tls.secretName -}}
{{ .Values.tls.secretName }}
{{- else if .Values.tls.certManager.enabled -}}
{{ include "broker.fullname" . }}-tls
{{- end -}}
{{- end -}}

{{/* What the schema cannot say: one value that only makes sense with another. */}}
{{- define "broker.check" -}}
{{- $names := dict -}}
{{- $ports := dict (toString (int .Values.admin.port)) "admin.port" -}}
{{- range .Values.listeners -}}
{{- $port := toString (int .port) -}}
{{- if hasKey $names .name }}{{ fail (printf "listeners: the name %s is there twice" .name) }}{{ end -}}
{{- if hasKey $ports $port }}{{ fail (printf "listeners: %s has the port %s of %s" .name $port (get $ports $port)) }}{{ end -}}
{{- if has .name (list "admin" "headless") }}{{ fail (printf "listeners: %s is the name of a Service of the chart's own" .name) }}{{ end -}}
{{- $_ := set $names .name .protocol -}}
{{- $_ := set $ports $port .name -}}
{{- if and .tls (not (include "broker.tlsSecret" $)) }}
{{- fail (printf "listeners: %s has tls, so tls.secretName must name a Secret with tls.crt and tls.key, or tls.certManager.enabled be true" .name) }}
{{- end -}}
{{- end -}}
{{- if and .Values.auth.users .Values.auth.existingSecret }}{{ fail "auth: users and auth.existingSecret exclude each other" }}{{ end -}}
{{- if and .Values.auth.acl .Values.auth.existingAclConfigMap }}{{ fail "auth: acl and auth.existingAclConfigMap exclude each other" }}{{ end -}}
{{- if and .Values.tls.certManager.enabled (not .Values.tls.certManager.issuerRef.name) }}{{ fail "tls.certManager: issuerRef.name is missing" }}{{ end -}}
{{- if eq .Values.store.type "postgres" -}}
{{- $p := .Values.store.postgres -}}
{{- if not $p.existingSecret }}{{ fail "store.postgres.existingSecret: name the Secret with the password, or with the whole address under store.postgres.urlKey" }}{{ end -}}
{{- if not (or $p.host $p.urlKey) }}{{ fail "store.postgres.host is missing" }}{{ end -}}
{{- end -}}
{{- if .Values.ingress.websocket.enabled -}}
{{- $name := .Values.ingress.websocket.listener -}}
{{- if ne (get $names $name) "websockets" }}{{ fail (printf "ingress.websocket.listener: %s is not a listener with protocol websockets" (default "(empty)" $name)) }}{{ end -}}
{{- end -}}
{{- if and .Values.ingress.dashboard.enabled (not .Values.admin.existingSecret) }}{{ fail "ingress.dashboard: without admin.existingSecret, a token, the admin port shows no dashboard to others" }}{{ end -}}
{{- end -}}
