from emoflix_device.cli import main

main()
