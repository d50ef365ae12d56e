/** node check-process.ts REFERENCE DIGEST: what an upgrade asks a registry when there is nothing new. */
import {parseReference} from '../../engine/oci/reference.ts';
import {hostPorts} from '../../engine/oci/registry/ports.ts';
import {registrySource} from '../../engine/oci/registry/registry-source.ts';

const [name = '', digest = ''] = process.argv.slice(2);
const reference = parseReference(name);
const {host, path: repository} = reference;
const endpoint = {host, repository, insecure: true, credentials: undefined, tls: {ca: []}};
const found = await registrySource([endpoint], reference, hostPorts()).latestDigest();
if (found !== digest) throw new Error(`${name} is ${found}, not ${digest}`);
