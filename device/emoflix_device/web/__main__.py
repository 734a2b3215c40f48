from emoflix_device.web.command import main

main()
