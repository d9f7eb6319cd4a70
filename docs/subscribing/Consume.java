import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

import static java.nio.charset.StandardCharsets.UTF_8;

/**
 * Prints the records of a dialin log on Kafka, strays left out, a line each: OFFSET ID SEQUENCE TYPE SUBJECT.
 *
 *   java -cp 'DIRECTORY_OF_JARS/*' Consume.java BROKERS TOPIC [--after OFFSET ID] [--until-end]
 *
 * The first two words of a line are the place behind its record: keep them with what you make of the record, and give them to --after to go on
 * there. --until-end stops at the present end. Status 1: the topic is not, or no longer, the log that was being read.
 * Needs Java 17 and kafka-clients with what it depends on.
 */
public final class Consume {
  /** Nothing that comes can be believed. */
  static final class Stop extends RuntimeException {
    Stop(String why) {
      super(why);
    }
  }

  private static final String BEFORE_THE_FIRST = "0".repeat(64);

  private final KafkaConsumer<byte[], byte[]> consumer;
  private final TopicPartition partition;
  private String last = BEFORE_THE_FIRST;
  private long saved = -1;

  Consume(String brokers, String topic) {
    consumer = new KafkaConsumer<>(
        Map.of(
            "bootstrap.servers", brokers,
            "enable.auto.commit", false,
            "auto.offset.reset", "none", // never silently to somewhere else
            "isolation.level", "read_uncommitted"), // else an open transaction of anybody hides the end
        new ByteArrayDeserializer(), new ByteArrayDeserializer());
    partition = new TopicPartition(topic, 0);
    consumer.assign(List.of(partition));
  }

  /** Of a name that stands twice the last one counts; null when there is none, or its value is. Any bytes of a stray make some text. */
  static String header(ConsumerRecord<byte[], byte[]> record, String name) {
    Header found = record.headers().lastHeader(name);
    return found == null || found.value() == null ? null : new String(found.value(), UTF_8);
  }

  /** A record that stands where the next one belongs, but is none: dialin's own nodes halt there, too. */
  static void check(ConsumerRecord<byte[], byte[]> record) {
    boolean whole = record.value() != null;
    for (String name : List.of("ce_id", "ce_previousid", "ce_sequence", "ce_type", "ce_time")) {
      int count = 0;
      for (Header ignored : record.headers().headers(name)) ++count;
      whole = whole && count == 1 && header(record, name) != null;
    }
    if (!whole || !header(record, "ce_id").matches("[0-9a-f]{64}")) throw new Stop("the record at offset " + record.offset() + " is none");
  }

  void take(ConsumerRecord<byte[], byte[]> record) {
    if (saved >= 0) {
      if (record.offset() != saved || !last.equals(header(record, "ce_id"))) throw notThere();
      saved = -1;
      return;
    }
    if (!last.equals(header(record, "ce_previousid"))) return; // the rule
    check(record);
    last = header(record, "ce_id");
    String subject = header(record, "ce_subject");
    System.out.println(record.offset() + " " + last + " " + header(record, "ce_sequence") + " " + header(record, "ce_type") + " "
        + (subject == null ? "-" : subject));
  }

  Stop notThere() {
    return new Stop("the record at offset " + saved + " is not the one that was accepted there");
  }

  void run(boolean untilEnd) {
    consumer.seek(partition, Math.max(saved, 0));
    long end = consumer.endOffsets(List.of(partition)).get(partition);
    if (saved >= end) throw notThere();
    while (!untilEnd || consumer.position(partition) < end) consumer.poll(Duration.ofSeconds(1)).forEach(this::take);
  }

  public static void main(String[] words) {
    if (words.length < 2) {
      System.err.println("Consume: BROKERS TOPIC [--after OFFSET ID] [--until-end]");
      System.exit(2);
    }
    Consume consume = new Consume(words[0], words[1]);
    boolean untilEnd = false;
    for (int at = 2; at < words.length; ++at) {
      if (words[at].equals("--until-end")) {
        untilEnd = true;
      } else if (words[at].equals("--after") && at + 2 < words.length && words[at + 1].matches("[0-9]{1,18}")) {
        consume.saved = Long.parseLong(words[++at]);
        consume.last = words[++at];
      } else {
        System.err.println("Consume: unknown option " + words[at]);
        System.exit(2);
      }
    }
    try {
      consume.run(untilEnd);
    } catch (Stop | KafkaException why) {
      System.err.println("Consume: " + why.getMessage());
      System.exit(1);
    } finally {
      consume.consumer.close();
    }
  }
}
