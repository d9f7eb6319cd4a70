"""Brokers that ask who comes there: on one more port, with a password, and with rules about what everybody may do."""

from confluent_kafka.admin import AclBinding, AclOperation, AclPermissionType, AdminClient, ResourcePatternType, ResourceType

from live.kafka_nodes import Nodes, free_ports

PASSWORDS = {"admin": "admin-secret", "guest": "guest-secret"}
PLAIN = "org.apache.kafka.common.security.plain.PlainLoginModule required username=\"admin\" password=\"{admin}\" {users};"


class GuardedNodes(Nodes):
    """One broker. Whoever comes by its usual port may do everything."""

    def found(self, *words, **more) -> None:
        (self.guarded_port,) = free_ports(1)
        super().found(*words, **more)

    def settings(self, broker: int) -> dict[str, object]:
        usual = super().settings(broker)
        users = " ".join(f'user_{name}="{password}"' for name, password in PASSWORDS.items())
        return {
            **usual,
            "listeners": f"{usual['listeners']},GUARDED://127.0.0.1:{self.guarded_port}",
            "advertised.listeners": f"{usual['advertised.listeners']},GUARDED://127.0.0.1:{self.guarded_port}",
            "listener.security.protocol.map": f"{usual['listener.security.protocol.map']},GUARDED:SASL_PLAINTEXT",
            "sasl.enabled.mechanisms": "PLAIN",
            "listener.name.guarded.plain.sasl.jaas.config": PLAIN.format(admin=PASSWORDS["admin"], users=users),
            "authorizer.class.name": "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
            "super.users": "User:ANONYMOUS;User:admin",
        }

    @property
    def guarded(self) -> str:
        return f"127.0.0.1:{self.guarded_port}"

    def words(self, topic: str, user: str, password: str | None = None) -> list[str]:
        """What names the log to dialin's commands, for this user."""
        properties = {"security.protocol": "SASL_PLAINTEXT", "sasl.mechanism": "PLAIN", "sasl.username": user, "sasl.password": password or PASSWORDS[user]}
        return ["--log", "kafka", "--kafka-brokers", self.guarded, "--kafka-topic", topic,
                *(word for name, value in properties.items() for word in ("--kafka-property", f"{name}={value}"))]

    def allow(self, user: str, kind: ResourceType, name: str, *operations: AclOperation) -> None:
        admin = AdminClient({"bootstrap.servers": self.bootstrap})
        rules = [AclBinding(kind, name, ResourcePatternType.LITERAL, f"User:{user}", "*", operation, AclPermissionType.ALLOW) for operation in operations]
        for made in admin.create_acls(rules).values():
            made.result(10)
