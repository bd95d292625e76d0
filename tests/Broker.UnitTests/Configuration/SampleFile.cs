namespace Broker.UnitTests.Configuration;

/// <summary>A file as people write it: comments after every value, in a language of their own, blank-led comment lines.</summary>
internal static class SampleFile
{
    public const string Text =
        """
        # 若 allow_anonymous false，password_file 需要注释掉
        allow_anonymous true                          # 允许匿名访问（无需账号密码也可以连接 mosquitto 服务器）
        password_file /etc/mosquitto/conf.d/MyPwdFile # 配置 mosquitto 服务器密码（配置方式在后面）
        # password_file D:\mosquitto服务器所在目录\MyPwdFile (windows版)

        # 配置 mqtt 协议端口
        listener 1001                                 # 配置端口 1001
        protocol mqtt                                 # 指定 1001 端口对应 mqtt(tcp) 协议

        # 配置 mqtts 协议端口(注意给证书和密钥读写权限)
        listener 1002                                 # 配置端口 1002
        protocol mqtt                                 # 指定 1002 端口对应 mqtt(tcp) 协议
        cafile /etc/mosquitto/ca_certificates/ca.crt  # CA 证书路径（ubuntu必须放这个路径，windos可以任意）
        certfile /etc/mosquitto/certs/server.crt      # 服务端证书路径（ubuntu必须放这个路径，windos可以任意）
                                                      # 服务端证书的 Common Name 需填服务器的IP，如"192.168.17.76"
        keyfile /etc/mosquitto/certs/server.key       # 服务端私钥路径（ubuntu必须放这个路径，windos可以任意）
        require_certificate false                     # false: 单向认证（仅服务端验证）    true: 双向认证
        tls_version tlsv1.2 tlsv1.3                   # 可选：限制可用的 TLS 版本（增强安全性）

        # 配置 socket 协议端口
        listener 1003                                 # 配置端口 1003
        protocol websockets                           # 指定 1003 端口对应 websocket 协议

        # 配置 sockets 协议端口(注意给证书和密钥读写权限)
        listener 1004                                 # 配置端口 1004
        protocol websockets                           # 指定 1004 端口对应 websockets 协议
        cafile /etc/mosquitto/ca_certificates/ca.crt  # CA 证书路径（ubuntu必须放这个路径，windos可以任意）
        certfile /etc/mosquitto/certs/server.crt      # 服务端证书路径（ubuntu必须放这个路径，windos可以任意）
                                                      # 服务端证书的 Common Name 需填服务器的IP，如"192.168.17.76"
        keyfile /etc/mosquitto/certs/server.key       # 服务端私钥路径（ubuntu必须放这个路径，windos可以任意）
        require_certificate false                     # false: 单向认证（仅服务端验证）    true: 双向认证
        tls_version tlsv1.2 tlsv1.3                   # 可选：限制可用的 TLS 版本（增强安全性）
        """;
}
