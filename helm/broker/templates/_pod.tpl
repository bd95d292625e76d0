{{/* The pod, alike for StatefulSet and Deployment. */}}
{{- define "broker.pod" -}}
{{- include "broker.check" . -}}
metadata:
  labels:
    {{- include "broker.selectorLabels" . | nindent 4 }}
    {{- with .Values.podLabels }}{{ toYaml . | nindent 4 }}{{ end }}
  annotations:
    {{- if not .Values.existingConfigMap }}
    checksum/config: {{ include "broker.config" . | sha256sum }}
    {{- end }}
    {{- with .Values.auth.users }}
    checksum/users: {{ toJson . | sha256sum }}
    {{- end }}
    {{- with .Values.auth.acl }}
    checksum/acl: {{ . | sha256sum }}
    {{- end }}
    kubectl.kubernetes.io/default-container: broker
    {{- with .Values.podAnnotations }}{{ toYaml . | nindent 4 }}{{ end }}
spec:
  serviceAccountName: {{ include "broker.serviceAccountName" . }}
  automountServiceAccountToken: false
  enableServiceLinks: false
  terminationGracePeriodSeconds: {{ int .Values.terminationGracePeriodSeconds }}
  {{- with .Values.imagePullSecrets }}
  imagePullSecrets: {{ toYaml . | nindent 4 }}
  {{- end }}
  {{- with .Values.priorityClassName }}
  priorityClassName: {{ . }}
  {{- end }}
  securityContext: {{ toYaml .Values.podSecurityContext | nindent 4 }}
  containers:
    - name: broker
      image: {{ include "broker.image" . | quote }}
      imagePullPolicy: {{ .Values.image.pullPolicy }}
      args: ["-c", "/mosquitto/config/mosquitto.conf"]
      securityContext: {{ toYaml .Values.securityContext | nindent 8 }}
      {{- if or .Values.extraEnv (eq .Values.store.type "postgres") }}
      env:
        {{- if eq .Values.store.type "postgres" }}
        {{- include "broker.postgresEnv" . | nindent 8 }}
        {{- end }}
        {{- with .Values.extraEnv }}{{ toYaml . | nindent 8 }}{{ end }}
      {{- end }}
      ports:
        {{- range .Values.listeners }}
        - name: {{ .name }}
          containerPort: {{ int .port }}
        {{- end }}
        - name: admin
          containerPort: {{ int .Values.admin.port }}
      startupProbe:
        httpGet: {path: /health/ready, port: admin}
        {{- toYaml .Values.probes.startup | nindent 8 }}
      livenessProbe:
        httpGet: {path: /health/live, port: admin}
        {{- toYaml .Values.probes.liveness | nindent 8 }}
      readinessProbe:
        httpGet: {path: /health/ready, port: admin}
        {{- toYaml .Values.probes.readiness | nindent 8 }}
      resources: {{ toYaml .Values.resources | nindent 8 }}
      volumeMounts:
        - name: config
          mountPath: /mosquitto/config
          readOnly: true
        - name: tmp
          mountPath: /tmp
        {{- if eq .Values.store.type "sqlite" }}
        - name: data
          mountPath: /mosquitto/data
        {{- end }}
        {{- if include "broker.usersSecret" . }}
        - name: users
          mountPath: /mosquitto/users
          readOnly: true
        {{- end }}
        {{- if include "broker.aclConfigMap" . }}
        - name: acl
          mountPath: /mosquitto/acl
          readOnly: true
        {{- end }}
        {{- if include "broker.tlsSecret" . }}
        - name: tls
          mountPath: /mosquitto/tls
          readOnly: true
        {{- end }}
        {{- if .Values.admin.existingSecret }}
        - name: admin-token
          mountPath: /mosquitto/admin
          readOnly: true
        {{- end }}
        {{- if and (eq .Values.store.type "postgres") .Values.store.postgres.caSecret }}
        - name: postgres-ca
          mountPath: /mosquitto/postgres
          readOnly: true
        {{- end }}
        {{- with .Values.extraVolumeMounts }}{{ toYaml . | nindent 8 }}{{ end }}
  volumes:
    - name: config
      configMap:
        name: {{ default (include "broker.fullname" .) .Values.existingConfigMap }}
    - name: tmp
      emptyDir: {sizeLimit: 64Mi}
    {{- if and (eq .Values.store.type "sqlite") .Values.store.sqlite.existingClaim }}
    - name: data
      persistentVolumeClaim:
        claimName: {{ .Values.store.sqlite.existingClaim }}
    {{- end }}
    {{- with include "broker.usersSecret" . }}
    - name: users
      secret:
        secretName: {{ . }}
        defaultMode: 0440
    {{- end }}
    {{- with include "broker.aclConfigMap" . }}
    - name: acl
      configMap:
        name: {{ . }}
    {{- end }}
    {{- with include "broker.tlsSecret" . }}
    - name: tls
      secret:
        secretName: {{ . }}
        defaultMode: 0440
    {{- end }}
    {{- with .Values.admin.existingSecret }}
    - name: admin-token
      secret:
        secretName: {{ . }}
        defaultMode: 0440
    {{- end }}
    {{- if and (eq .Values.store.type "postgres") .Values.store.postgres.caSecret }}
    - name: postgres-ca
      secret:
        secretName: {{ .Values.store.postgres.caSecret }}
        defaultMode: 0440
    {{- end }}
    {{- with .Values.extraVolumes }}{{ toYaml . | nindent 4 }}{{ end }}
  {{- with .Values.nodeSelector }}
  nodeSelector: {{ toYaml . | nindent 4 }}
  {{- end }}
  {{- with .Values.tolerations }}
  tolerations: {{ toYaml . | nindent 4 }}
  {{- end }}
  {{- with .Values.affinity }}
  affinity: {{ toYaml . | nindent 4 }}
  {{- end }}
  {{- with .Values.topologySpreadConstraints }}
  topologySpreadConstraints: {{ toYaml . | nindent 4 }}
  {{- end }}
{{- end -}}

{{/* The address without a password in it, so that the password may have any characters. */}}
{{- define "broker.postgresEnv" -}}
{{- $p := .Values.store.postgres -}}
{{- if $p.urlKey -}}
- name: BROKER_PERSISTENCE_URL
  valueFrom:
    secretKeyRef: {name: {{ $p.existingSecret }}, key: {{ $p.urlKey }}}
{{- else -}}
- name: PGPASSWORD
  valueFrom:
    secretKeyRef: {name: {{ $p.existingSecret }}, key: {{ $p.passwordKey }}}
- name: BROKER_PERSISTENCE_URL
  value: {{ printf "postgres://%s@%s:%d/%s?sslmode=%s%s" $p.user $p.host (int $p.port) $p.database $p.sslMode (ternary (printf "&sslrootcert=/mosquitto/postgres/%s" $p.caKey) "" (ne $p.caSecret "")) | quote }}
{{- end -}}
{{- end -}}
